"""Logits of words: windows of texts in batches through a backend, and the first sub-word of each word out of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..backends import Backend
from .batching import plan_batches
from .tokens import WordTokens
from .windows import Windows


class Padding(NamedTuple):
    """What a backend is given beside the tokens of a text.

    Args:
        prefix: Special tokens before the text, `(prefix,)`.
        suffix: Special tokens behind it, `(suffix,)`.
        pad_token_id: Id that fills batches up.
    """

    prefix: np.ndarray
    suffix: np.ndarray
    pad_token_id: int


def classify_words(
    backend: Backend, tokens: WordTokens, windows: Windows, padding: Padding, labels: int
) -> np.ndarray:
    """Compute the logits of the first sub-word of each word.

    Args:
        backend: What computes.
        tokens: Sub-words and words of the texts.
        windows: The stretches of sub-words that are read at once.
        padding: What is read beside them.
        labels: Number of labels.

    Returns:
        The logits, `(words, labels)`, float32.
    """
    # Words that count in each window: a range, since both are in the order of the text.
    from_word = np.searchsorted(tokens.first_token, windows.keep_start)
    to_word = np.searchsorted(tokens.first_token, windows.keep_end)
    logits = np.zeros((len(tokens.first_token), labels), dtype=np.float32)
    lengths = windows.end - windows.start + len(padding.prefix) + len(padding.suffix)
    for rows in plan_batches(lengths, backend.batch_tokens, backend.max_padding):
        output = backend(*_padded(tokens.ids, windows, rows, padding))
        counts = to_word[rows] - from_word[rows]
        row = np.repeat(np.arange(len(rows)), counts)
        word = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts - from_word[rows], counts)
        place = tokens.first_token[word] - windows.start[rows][row] + len(padding.prefix)
        logits[word] = output[row, place]
    return logits


def _padded(ids: np.ndarray, windows: Windows, rows: np.ndarray, padding: Padding) -> tuple[np.ndarray, np.ndarray]:
    """Return token ids and attention mask of a batch of windows, with special tokens."""
    prefix, suffix = padding.prefix, padding.suffix
    lengths = windows.end[rows] - windows.start[rows]
    place = np.arange(int(lengths.max()))
    real = place < lengths[:, None]
    width = len(prefix) + len(place) + len(suffix)
    input_ids = np.full((len(rows), width), padding.pad_token_id, dtype=np.int64)
    input_ids[:, : len(prefix)] = prefix
    body = input_ids[:, len(prefix) : len(prefix) + len(place)]
    body[real] = ids[(windows.start[rows][:, None] + place)[real]]
    behind = len(prefix) + lengths[:, None] + np.arange(len(suffix))
    np.put_along_axis(input_ids, behind, np.broadcast_to(suffix, behind.shape), axis=1)
    attention_mask = (np.arange(width) < (lengths + len(prefix) + len(suffix))[:, None]).astype(np.int64)
    return input_ids, attention_mask
