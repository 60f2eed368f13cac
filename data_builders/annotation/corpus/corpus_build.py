"""A corpus that has been built from an annotation store, and its figures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...corpus.selection import Record
from ...corpus.statistics import CorpusStatistics
from .rows import YieldCounts


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
