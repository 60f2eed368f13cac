"""The report of a corpus that was built from an annotation store: HTML for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nuner.data_builders.corpus.report import REPORT_FILENAME
from nuner.data_builders.corpus.selection import Record
from nuner.data_builders.corpus.statistics import CorpusStatistics, plot_rank_frequency
from nuner.data_builders.hash_sample import HashSample
from nuner.data_builders.pages.highlighting import COLORS, Highlight, Piece, split_at_highlights
from nuner.data_builders.pages.html_page import Picture, render_page

if TYPE_CHECKING:
    from .build import CorpusBuild

PAGE_FILENAME = "report.html"
PICTURE_FILENAME = "rank-frequency.png"

_CONCEPTS_SHOWN = 20


def write_report(build: CorpusBuild, name: str) -> None:
    """Write `corpus-report.json`, `report.html` and, where matplotlib is installed, `rank-frequency.png`.

    Args:
        build: The corpus.
        name: What it was built from.
    """
    picture = None
    if find_spec("matplotlib") is not None:
        picture = Picture(build.folder / PICTURE_FILENAME, "How often each concept was annotated, by rank.")
        plot_rank_frequency(build.statistics, picture.path, f"Concept frequency by rank: {name}")
    statistics = build.statistics
    rarest = rarest_concepts(statistics)
    figures = {
        "corpus": name,
        "options": build.options,
        "splits": build.splits,
        "yields": build.counts.to_dict(),
        "statistics": {**statistics.to_dict(), "rarest": rarest},
        "review": [record["id"] for record in build.sample],
    }
    _write(build.folder / REPORT_FILENAME, json.dumps(figures, ensure_ascii=False, indent=2) + "\n")
    page = render_page(
        "nuner.data_builders.annotation.corpus",
        "corpus-report.html.jinja",
        name=name,
        counts=build.counts,
        statistics=statistics,
        splits=build.splits,
        options=build.options,
        picture=picture,
        frequent=statistics.most_frequent(_CONCEPTS_SHOWN),
        rarest=rarest,
        top_shares=statistics.to_dict()["top_shares"],
        records=[(record, highlighted(record)) for record in build.sample],
    )
    _write(build.folder / PAGE_FILENAME, page)


def rarest_concepts(statistics: CorpusStatistics, size: int = _CONCEPTS_SHOWN) -> dict[str, int]:
    """Return concepts with the fewest annotations; of more than `size` with the fewest, a random choice.

    Args:
        statistics: Of the corpus.
        size: How many to return.
    """
    rarest: dict[str, int] = {}
    by_count: dict[int, list[str]] = {}
    for concept, count in statistics.concept_counts.items():
        by_count.setdefault(count, []).append(concept)
    for count in sorted(by_count):
        if len(rarest) == size:
            break
        sample: HashSample[str] = HashSample(size - len(rarest), seed=0)
        for concept in by_count[count]:
            sample.offer(concept, concept)
        rarest.update(dict.fromkeys(sorted(sample.items()), count))
    return rarest


def highlighted(record: Record) -> list[Piece]:
    """Cut the text of a record at its entities; in one record each concept has its color.

    Args:
        record: A row of the corpus.
    """
    entities: Iterable[Mapping[str, Any]] = record["entities"]
    colors: dict[str, str] = {}
    for entity in entities:
        colors.setdefault(entity["concept"], COLORS[len(colors) % len(COLORS)])
    return split_at_highlights(
        record["text"],
        [
            Highlight(
                entity["start"],
                entity["end"],
                entity["concept"],
                colors[entity["concept"]],
                description=entity["description"],
            )
            for entity in entities
        ],
    )


def _write(path: Path, content: str) -> None:
    unfinished = path.with_name(path.name + ".incomplete")
    try:
        unfinished.write_text(content, encoding="utf-8")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
