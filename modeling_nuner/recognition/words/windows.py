"""Overlapping windows over texts that are longer than the encoder reads at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

# Longer windows cost more attention than they gain context, and most recognizers were trained on single sentences.
DEFAULT_WINDOW = 512


class Windows(NamedTuple):
    """Stretches of tokens for the encoder, and which of their tokens count.

    Neighboring windows overlap. Each token counts in one window only, that in which it has more context, so that
    no entity is lost or found twice at a seam.

    Args:
        start: First token of each window, `(windows,)`.
        end: Behind its last token, `(windows,)`.
        keep_start: First token that counts, `(windows,)`.
        keep_end: Behind the last token that counts, `(windows,)`.
    """

    start: np.ndarray
    end: np.ndarray
    keep_start: np.ndarray
    keep_end: np.ndarray


def window_length(wanted: int | None, longest: int, reader: str) -> int:
    """Choose how many tokens are read at once.

    Args:
        wanted: What the user asks for, if anything.
        longest: What the encoder reads at most.
        reader: What to call the encoder in the message.

    Returns:
        The wanted length; what the encoder reads, at most 512, when none was asked for. Special tokens included.

    Raises:
        ValueError: If the encoder reads less than is wanted.
    """
    if wanted is not None and wanted > longest:
        raise ValueError(f"max_length is {wanted}, but {reader} reads at most {longest} tokens")
    return wanted or min(longest, DEFAULT_WINDOW)


def plan_windows(text_starts: np.ndarray, size: int, overlap: int) -> Windows:
    """Cut texts into windows; a text that fits is one window.

    Args:
        text_starts: Place of the first token of each text, and behind the last, `(texts + 1,)`.
        size: Most tokens of a window.
        overlap: Tokens that neighboring windows share at least, less than `size`.

    Returns:
        The windows, in order; none for an empty text.

    Example:
        ```python
        >>> import numpy as np
        >>> from nuner.modeling_nuner.recognition.words.windows import plan_windows
        >>> windows = plan_windows(np.array([0, 3, 13]), size=6, overlap=2)
        >>> [(int(a), int(b)) for a, b in zip(windows.start, windows.end)]
        [(0, 3), (3, 9), (7, 13)]
        >>> [(int(a), int(b)) for a, b in zip(windows.keep_start, windows.keep_end)]
        [(0, 3), (3, 8), (8, 13)]

        ```
    """
    lengths = np.diff(text_starts)
    fits = (lengths > 0) & (lengths <= size)
    whole = np.stack([text_starts[:-1][fits], text_starts[1:][fits]])
    parts = [np.concatenate([whole, whole])]
    parts += [
        _cut(int(text_starts[i]), int(text_starts[i + 1]), size, overlap) for i in np.flatnonzero(lengths > size)
    ]
    windows = np.concatenate(parts, axis=1)
    return Windows(*windows[:, np.argsort(windows[0], kind="stable")])


def _cut(begin: int, end: int, size: int, overlap: int) -> np.ndarray:
    first = np.arange(begin, end - overlap, size - overlap)
    # The last window is moved back until it is full: its first tokens then have more context.
    first = np.minimum(first, end - size)
    last = first + size
    seams = (first[1:] + last[:-1]) // 2
    return np.stack([first, last, np.append(begin, seams), np.append(seams, end)])
