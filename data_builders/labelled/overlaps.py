"""Which of several overlapping spans stay where only one can."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import Protocol, TypeVar


class _Span(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


SpanT = TypeVar("SpanT", bound=_Span)


def keep_longest(spans: Iterable[SpanT]) -> list[SpanT]:
    """Keep the longest of the spans that overlap; of equally long ones the first.

    Args:
        spans: Spans that are not empty, in any order.

    Returns:
        Those that stay, in order of position.

    Example:
        ```python
        >>> from nuner.data_builders.labelled.label_schemes import EntitySpan
        >>> keep_longest([EntitySpan(0, 3, "ORG"), EntitySpan(2, 3, "LOC"), EntitySpan(4, 5, "LOC")])
        [EntitySpan(start=0, end=3, label='ORG'), EntitySpan(start=4, end=5, label='LOC')]

        ```
    """
    kept: list[SpanT] = []
    starts: list[int] = []
    for span in sorted(
        spans, key=lambda span: (span.start - span.end, span.start)
    ):  # the sort keeps the order of ties
        place = bisect_left(starts, span.start)
        if (place == 0 or kept[place - 1].end <= span.start) and (place == len(kept) or span.end <= starts[place]):
            kept.insert(place, span)
            starts.insert(place, span.start)
    return kept
