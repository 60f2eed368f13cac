"""Print the figures of a corpus, and what was left out of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.table import Table

from nuner.data_builders.plain_console import PlainConsole

if TYPE_CHECKING:
    from nuner.data_builders.corpus.builder import NuNerCorpus
    from nuner.data_builders.corpus.statistics import CorpusStatistics

_NAMES_SHOWN = 10


def split_sizes(builder: NuNerCorpus) -> list[str]:
    """Say how many sentences each split has."""
    return [f"{name}: {split.num_examples:,}" for name, split in (builder.info.splits or {}).items()]


def print_statistics(statistics: CorpusStatistics, builder: NuNerCorpus, source: str) -> None:
    """Print the figures of a corpus as a table.

    Args:
        statistics: The figures.
        builder: What built it, for the sizes of the splits and what was left out.
        source: What to call it.
    """
    table = Table(title=f"Corpus: {source}", title_justify="left")
    table.add_column("measure", overflow="fold")
    table.add_column("value", justify="right", overflow="fold")
    table.add_row("sentences", f"{statistics.sentences:,}")
    table.add_row("  by split", ", ".join(split_sizes(builder)))
    if statistics.language_counts:
        table.add_row("  by language", _first_names(statistics.language_counts))
    if statistics.sentences_without_annotations:
        table.add_row("  without annotations", f"{statistics.sentences_without_annotations:,}")
    table.add_row("words", f"{statistics.words:,}")
    table.add_row("annotations", f"{statistics.annotations:,}")
    table.add_row("unique concepts", f"{statistics.unique_concepts:,}")
    table.add_row("  seen once", f"{statistics.concepts_seen_once:,}")
    for size, share in statistics.to_dict()["top_shares"].items():
        table.add_row(f"annotations in the top {int(size):,} concepts", f"{share:.1%}")
    table.add_row("most frequent concepts", _first_names(statistics.concept_counts))
    if statistics.source_counts:
        table.add_row("sources", f"{len(statistics.source_counts):,}")
        table.add_row("  with the most sentences", _first_names(statistics.source_counts))
    PlainConsole().print(table)
    print_left_out(builder)


def print_left_out(builder: NuNerCorpus) -> None:
    """Print the records and annotations that could not be used, if there are any, on standard error."""
    rejections = builder.report.rejections
    if not len(rejections):
        return
    PlainConsole(stderr=True).tell(
        f"Left out {rejections.count('record'):,} records and {rejections.count('annotation'):,} single annotations:",
        *(f"  {reason}: {count:,}" for reason, count in rejections.counts().items()),
        f"  the first: {rejections.items[0]}",
    )


def _first_names(counts: Mapping[str, int]) -> str:
    return "\n".join(f"{name} ({count:,})" for name, count in list(counts.items())[:_NAMES_SHOWN])
