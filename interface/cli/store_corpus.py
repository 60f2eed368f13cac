"""`nuner corpus build STORE`: from an annotation store to a corpus."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import track

if TYPE_CHECKING:
    from nuner.data_builders.annotation.corpus_build import CorpusBuild
    from nuner.data_builders.annotation.store import AnnotationStore
    from nuner.hub_cards.corpus_facts import CorpusFacts

_SQLITE_MAGIC = b"SQLite format 3\x00"


def is_store(name: str) -> bool:
    """Whether a name is that of an annotation store, and not of a corpus."""
    path = Path(name)
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_SQLITE_MAGIC)) == _SQLITE_MAGIC


def build_from_store(store: Path, output: Path, license: str | None, **options: Any) -> None:
    """Build the corpus of a store and say what became of its sentences.

    Args:
        store: The store of `nuner annotate`.
        output: A folder.
        license: Licence of the text, for the card.
        **options: Those of `build_corpus`.
    """
    from nuner.data_builders.annotation.corpus_build import build_corpus
    from nuner.data_builders.annotation.store import AnnotationStore

    with AnnotationStore(store, create=False) as opened:
        counts = opened.counts()
        sentences = track(
            opened.finished(),
            description="Building",
            total=counts["done"],
            console=Console(stderr=True),
            transient=True,
        )
        build = build_corpus(sentences, output, name=store.name, **options)
        _facts(build, opened, license).save(output)
    _print_yields(build, {state: count for state, count in counts.items() if state != "done" and count})


def _facts(build: CorpusBuild, store: AnnotationStore, license: str | None) -> CorpusFacts:
    """Return what the card of the corpus is to say."""
    from nuner.data_builders.annotation.build_report import PICTURE_FILENAME
    from nuner.hub_cards.corpus_facts import AnnotationFacts, CorpusFacts

    annotators = store.query("SELECT model, prompt FROM annotators ORDER BY number")
    ((first, last),) = store.query("SELECT min(finished_at), max(finished_at) FROM sentences WHERE state = 'done'")
    counts = build.counts
    yields = {
        "sentences answered": counts.sentences,
        "replies read": counts.sentences - counts.unreadable_replies.total(),
        "sentences kept": counts.kept,
        "entities in the replies": counts.entities,
        "entities placed": counts.matches.total(),
        "annotations": counts.annotations,
    }
    annotation = AnnotationFacts(
        model=", ".join(dict.fromkeys(model for model, _ in annotators)) or None,
        prompt=", ".join(dict.fromkeys(prompt for _, prompt in annotators)) or None,
        first_day=_day(first),
        last_day=_day(last),
        yields=yields,
    )
    picture = build.folder / PICTURE_FILENAME
    return CorpusFacts(
        license=license,
        options=build.options,
        left_out=dict(counts.unreadable_replies + counts.losses),
        annotation=annotation,
        picture=picture.name if picture.exists() else None,
    )


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).date().isoformat()


def _print_yields(build: CorpusBuild, unfinished: dict[str, int]) -> None:
    counts, statistics = build.counts, build.statistics
    lines = [
        f"{counts.sentences:,} sentences, {counts.kept:,} in the corpus; {counts.entities:,} entities, "
        f"{counts.matches.total():,} placed; {statistics.annotations:,} annotations of "
        f"{statistics.unique_concepts:,} concepts."
    ]
    if unfinished:
        lines.append("Not in it: " + ", ".join(f"{count:,} {state}" for state, count in unfinished.items()) + ".")
    splits = ", ".join(f"{name}: {rows:,}" for name, rows in build.splits.items())
    lines.append(f"Wrote {splits} to {build.folder}; look at {build.folder / 'report.html'}")
    Console().print(*lines, sep="\n", markup=False, highlight=False, soft_wrap=True)
