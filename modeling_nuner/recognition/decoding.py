"""Logits of words to entities, for all texts of a batch at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .label_table import LabelTable


class WordSpans(NamedTuple):
    """Entities as ranges of words.

    Args:
        first: The first word of each, `(entities,)`.
        last: The last word of each, `(entities,)`.
        type: Number of its type in `LabelTable.types`, `(entities,)`.
        score: Mean probability of its words' labels, `(entities,)`.
    """

    first: np.ndarray
    last: np.ndarray
    type: np.ndarray
    score: np.ndarray


def decode(logits: np.ndarray, text_starts: np.ndarray, labels: LabelTable, *, viterbi: bool = False) -> WordSpans:
    """Find the entities of texts.

    A label that cannot follow the one before it (an `I-city` after `O` or after a drug) begins an entity of its own,
    as in the evaluation of CoNLL; with `viterbi` the most probable sequence without such labels is taken instead.

    Args:
        logits: Logits of the words of all texts, one text after the other, `(words, labels)`.
        text_starts: Place of the first word of each text, `(texts,)`, rising; texts may be empty.
        labels: What the labels mean.
        viterbi: Whether to choose the best valid sequence rather than the best label of each word.

    Returns:
        The entities, in order.
    """
    if not len(logits):
        empty = np.empty(0, dtype=np.int64)
        return WordSpans(empty, empty, empty, np.empty(0, dtype=np.float32))
    starts_text = np.zeros(len(logits) + 1, dtype=bool)
    starts_text[text_starts] = True
    starts_text = starts_text[:-1]
    scores = logits - logits.max(axis=1, keepdims=True)
    scores -= np.log(np.exp(scores).sum(axis=1, keepdims=True))
    best = _best_sequences(scores, np.flatnonzero(starts_text), labels) if viterbi else scores.argmax(axis=1)
    probability = np.exp(scores[np.arange(len(best)), best])

    kind = labels.type_of[best]
    inside = kind >= 0
    goes_on = np.zeros(len(best), dtype=bool)
    goes_on[1:] = (
        inside[1:] & (kind[1:] == kind[:-1]) & ~labels.begins[best[1:]] & ~labels.ends[best[:-1]] & ~starts_text[1:]
    )
    first = np.flatnonzero(inside & ~goes_on)
    goes_on_after = np.append(goes_on[1:], False)
    last = np.flatnonzero(inside & ~goes_on_after)
    # Sums over ranges of words from running sums; double precision, since they run over the whole batch.
    running = np.concatenate([[0.0], np.cumsum(probability, dtype=np.float64)])
    score = (running[last + 1] - running[first]) / (last + 1 - first)
    return WordSpans(first, last, kind[first], score.astype(np.float32))


def _best_sequences(scores: np.ndarray, starts: np.ndarray, labels: LabelTable) -> np.ndarray:
    """Viterbi over all texts side by side: one step for each place of the longest text, not for each word.

    Args:
        scores: Log-probabilities, `(words, labels)`.
        starts: Place of the first word of each text that has words, `(texts,)`.
        labels: What the labels mean.

    Returns:
        The label of each word, `(words,)`.
    """
    lengths = np.diff(np.append(starts, len(scores)))
    # Longest first: the texts that still have a word at some place are then always the first ones.
    order = np.argsort(-lengths, kind="stable")
    starts, lengths = starts[order], lengths[order]
    allowed = labels.transitions()
    step_penalty = np.where(allowed[:-1], 0.0, -np.inf).astype(scores.dtype)
    ends_penalty = np.where(labels.may_be_last(), 0.0, -np.inf).astype(scores.dtype)
    total = scores[starts] + np.where(allowed[-1], 0.0, -np.inf).astype(scores.dtype)
    came_from = np.zeros(scores.shape, dtype=np.int16)
    for place in range(1, int(lengths[0])):
        alive = int(np.searchsorted(-lengths, -place, side="left"))
        paths = total[:alive, :, None] + step_penalty
        origin = paths.argmax(axis=1)
        words = starts[:alive] + place
        came_from[words] = origin
        total[:alive] = np.take_along_axis(paths, origin[:, None, :], axis=1)[:, 0] + scores[words]
    current = (total + ends_penalty).argmax(axis=1)
    best = np.empty(len(scores), dtype=np.int64)
    best[starts + lengths - 1] = current
    for place in range(int(lengths[0]) - 1, 0, -1):
        alive = int(np.searchsorted(-lengths, -place, side="left"))
        words = starts[:alive] + place
        current[:alive] = came_from[words, current[:alive]]
        best[words - 1] = current[:alive]
    return best
