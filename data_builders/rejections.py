"""Keep account of the records that a reader could not use."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any, Literal

from .record_error import RecordError

logger = logging.getLogger(__name__)

OnError = Literal["skip", "raise"]
ON_ERROR_CHOICES = ("skip", "raise")

_EXAMPLES_IN_A_WARNING = 5


class CorpusError(ValueError):
    """A corpus that cannot be built; the message says what is wrong, where, and what to do."""


@dataclass(frozen=True)
class Rejection:
    """One record, or one annotation of a record, that was left out.

    Args:
        file: The file or data set that holds it.
        line: Its line in a JSON Lines file, or the number of its row; both count from 1.
        part: `"record"` where the whole record was left out, `"annotation"` where the rest of it was kept.
        reason: The kind of fault, to count by.
        detail: What was found, or an empty string.
    """

    file: str
    line: int
    part: Literal["record", "annotation"]
    reason: str
    detail: str = ""

    def __str__(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.file}:{self.line}: {self.reason}{detail}"


class Rejections:
    """The rejected records of one reading, in the order they were met.

    Args:
        on_error: `"skip"` records a fault and reads on; `"raise"` stops at the first one.
        max_items: How many faults to keep with their places, where a source is too long for all of them. The
            counts are those of all.

    Example:
        >>> rejections = Rejections()
        >>> rejections.add("corpus.jsonl", 7, RecordError("the text is empty"))
        >>> rejections.counts()
        {'the text is empty': 1}
    """

    def __init__(self, on_error: OnError = "skip", max_items: int | None = None) -> None:
        if on_error not in ON_ERROR_CHOICES:
            raise ValueError(f"on_error is {on_error!r}; it must be one of {', '.join(ON_ERROR_CHOICES)}.")
        self.on_error = on_error
        self.max_items = max_items
        self.items: list[Rejection] = []
        self._counts: Counter[tuple[str, str]] = Counter()

    def __len__(self) -> int:
        return self._counts.total()

    def add(self, file: str, line: int, error: RecordError, part: Literal["record", "annotation"] = "record") -> None:
        """Record one fault.

        Raises:
            CorpusError: The policy is `"raise"`; the message begins with `file:line`.
        """
        rejection = Rejection(file, line, part, error.reason, error.detail)
        if self.on_error == "raise":
            raise CorpusError(f"{rejection}. Correct the record, or pass on_error='skip' to leave it out.")
        self._book(rejection)

    def _book(self, rejection: Rejection) -> None:
        self._counts[rejection.part, rejection.reason] += 1
        if self.max_items is None or len(self.items) < self.max_items:
            self.items.append(rejection)

    def counts(self) -> dict[str, int]:
        """Return how often each reason occurred, the most frequent first."""
        counts: Counter[str] = Counter()
        for (_, reason), number in self._counts.items():
            counts[reason] += number
        return dict(counts.most_common())

    def count(self, part: Literal["record", "annotation"]) -> int:
        """Return how many whole records, or how many single annotations, were left out."""
        return sum(number for (of, _), number in self._counts.items() if of == part)

    def warn(self) -> None:
        """Log one warning that counts the faults and shows the first few; nothing when there are none."""
        if not len(self):
            return
        reasons = "; ".join(f"{reason}: {count}" for reason, count in self.counts().items())
        first = "\n  ".join(str(item) for item in self.items[:_EXAMPLES_IN_A_WARNING])
        logger.warning(
            "Left out %d records and %d single annotations (%s). The first:\n  %s",
            self.count("record"),
            self.count("annotation"),
            reasons,
            first,
        )

    def to_list(self) -> list[dict[str, Any]]:
        """Return every fault that was kept as a plain dictionary, for JSON."""
        return [asdict(item) for item in self.items]

    @classmethod
    def from_list(cls, items: list[dict[str, Any]]) -> Rejections:
        """Rebuild what `to_list` returned."""
        rejections = cls()
        for item in items:
            rejections._book(Rejection(**item))
        return rejections
