"""A corpus that was built from an annotation store, and its report: HTML for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ...corpus.rank_frequency import RANK_FREQUENCY_PICTURE, plot_rank_frequency
from ...corpus.report import REPORT_FILENAME, BuildReport
from ...corpus.selection import Record
from ...corpus.statistics import CorpusStatistics
from ...files.whole_files import write_whole
from ...hash_sample import HashSample
from ...pages.highlighting import Highlight, Piece, colors_of, split_at_highlights
from ...pages.html_page import Picture, render_page
from .rows import YieldCounts

PAGE_FILENAME = "report.html"

_CONCEPTS_SHOWN = 20


@dataclass(frozen=True)
class CorpusBuild:
    """A corpus that has been built.

    Args:
        source: What the report calls that which it was built from.
        folder: Where it is.
        counts: What became of sentences and entities.
        statistics: Of the corpus.
        splits: Split -> rows.
        options: What it was built with.
        sample: Random records, for review.
    """

    source: str
    folder: Path
    counts: YieldCounts
    statistics: CorpusStatistics
    splits: dict[str, int]
    options: dict[str, Any]
    sample: list[Record]


def write_report(build: CorpusBuild) -> None:
    """Write `corpus-report.json`, `report.html` and, where matplotlib is installed, `rank-frequency.png`.

    Args:
        build: The corpus.
    """
    picture = None
    if find_spec("matplotlib") is not None:
        picture = Picture(build.folder / RANK_FREQUENCY_PICTURE, "How often each concept was annotated, by rank.")
        plot_rank_frequency(build.statistics, picture.path, f"Concept frequency by rank: {build.source}")
    statistics = build.statistics
    rarest = rarest_concepts(statistics)
    BuildReport(
        corpus=build.source,
        options=build.options,
        splits=build.splits,
        yields=build.counts.to_dict(),
        statistics={**statistics.to_dict(), "rarest": rarest},
        review=[record["id"] for record in build.sample],
    ).write(build.folder / REPORT_FILENAME)
    colors = colors_of(entity["concept"] for record in build.sample for entity in record["entities"])
    page = render_page(
        "nuner.data_builders.annotation.corpus",
        "corpus-report.html.jinja",
        name=build.source,
        counts=build.counts,
        statistics=statistics,
        splits=build.splits,
        options=build.options,
        picture=picture,
        frequent=statistics.most_frequent(_CONCEPTS_SHOWN),
        rarest=rarest,
        top_shares=statistics.to_dict()["top_shares"],
        records=[(record, highlighted(record, colors)) for record in build.sample],
    )
    write_whole(build.folder / PAGE_FILENAME, page)


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


def highlighted(record: Record, colors: Mapping[str, str]) -> list[Piece]:
    """Cut the text of a record at its entities.

    Args:
        record: A row of the corpus.
        colors: Concept -> color.
    """
    entities: Iterable[Mapping[str, Any]] = record["entities"]
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
