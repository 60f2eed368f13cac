"""Refuse to build a corpus that would hold nothing, or not what was asked for."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from ..rejections import CorpusError
from .config import NuNerCorpusConfig
from .report import CorpusReport
from .selection import Record, folded


def refuse_unknown_sources(records: Iterable[Record], wanted: Iterable[str], origin: str) -> None:
    """Refuse names of sources that no record has.

    Args:
        records: All that the corpus is chosen from.
        wanted: The names, as `folded` returns them.
        origin: Where the records come from, as the user knows it.

    Raises:
        CorpusError: If a name occurs nowhere; the message has the most similar ones that do.
    """
    known = {folded(source): source for source in {record["source"] for record in records} if source}
    for name in wanted:
        if name not in known:
            nearest = [repr(known[near]) for near in get_close_matches(name, known, cutoff=0.0)]
            hint = f"the nearest of its sources are {', '.join(nearest)}" if nearest else "it states no sources"
            raise CorpusError(f"The corpus from {origin} has nothing from {name!r}: {hint}.")


def refuse_empty(report: CorpusReport, config: NuNerCorpusConfig, origin: str) -> None:
    """Refuse a corpus without a sentence, or without a concept.

    Args:
        report: What was kept and left out.
        config: The options that it was chosen with.
        origin: Where the records come from, as the user knows it.

    Raises:
        CorpusError: If there is no annotation; the message says what became of the records.
    """
    counts, rejected = report.counts, report.rejections
    if counts.annotations:
        return
    if counts.kept:
        left_out = counts.not_sampled + counts.annotations_cut
        dropped = counts.dropped_by_language + counts.dropped_by_source + counts.dropped_by_concept
        why = "the options left none" if left_out + dropped else "the source has none"
        raise CorpusError(f"No concept is left in the corpus from {origin}: {why}.")
    why = [
        f"{number} {what}"
        for number, what in (
            (rejected.count("record"), "were rejected"),
            (counts.dropped_by_language, f"are not in {', '.join(config.languages or ())}"),
            (counts.dropped_by_source, "are from sources that were not asked for"),
            (counts.dropped_by_concept, f"carry {' or '.join(map(repr, config.drop_concepts))}"),
        )
        if number
    ]
    first = f"; the first rejected: {rejected.items[0]}" if len(rejected) else ""
    reasons = f"of its records {', '.join(why)}{first}" if why else "the source holds no record"
    raise CorpusError(f"The corpus from {origin} is empty: {reasons}.")
