"""Batches of windows of similar length, bounded by their number of tokens."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np


def plan_batches(lengths: np.ndarray, max_tokens: int, max_padding: float) -> Iterator[np.ndarray]:
    """Group windows so that little of a batch is padding.

    Args:
        lengths: Tokens of each window, with special tokens, `(windows,)`.
        max_tokens: Most tokens of a batch, padding included; a window that is longer is a batch of its own.
        max_padding: Largest part of a batch that may be padding, 0 to 1.

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
        size = int(np.searchsorted(padding, max_padding, side="right"))
        yield rows[:size]
        start += size
