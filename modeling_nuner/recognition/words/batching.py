"""Batches of windows of similar length, bounded by their number of tokens."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

# A batch smaller than this leaves the hardware idle: padding it costs nothing.
_FILLING_TOKENS = 256


def plan_batches(lengths: np.ndarray, max_tokens: int, max_padding: float) -> Iterator[np.ndarray]:
    """Group windows so that little of a batch is padding.

    Args:
        lengths: Tokens of each window, with special tokens, `(windows,)`.
        max_tokens: Most tokens of a batch, padding included; a window that is longer is a batch of its own.
        max_padding: Largest part of a batch that may be padding, 0 to 1; very small batches may have more.

    Yields:
        Places of the windows of a batch, the longest first.
    """
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        longest = int(lengths[order[start]])
        rows = order[start : start + max(1, max_tokens // longest)]
        # The more rows of falling length, the more padding: the rows that stay within the limit are the first ones.
        padding = 1 - np.cumsum(lengths[rows]) / (longest * np.arange(1, len(rows) + 1))
        size = max(int(np.searchsorted(padding, max_padding, side="right")), _FILLING_TOKENS // longest)
        yield rows[:size]
        start += len(rows[:size])
