"""Logits of words to entities, for all texts of a batch at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

import numpy as np

from .labels.label_table import LabelTable


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

    def counted(self, types: Sequence[int], threshold: float | None) -> WordSpans:
        """Return those of some types whose score reaches a threshold.

        Args:
            types: Numbers of the types.
            threshold: The lowest score; any when left out.
        """
        # The scores as they are told: as double precision.
        kept = np.isin(self.type, types) & (self.score.astype(np.float64) >= (threshold or 0.0))
        return WordSpans(*(column[kept] for column in self))


class Decoder(Protocol):
    """What turns the logits of words into entities; a recognizer is given one."""

    def __call__(self, logits: np.ndarray, text_starts: np.ndarray) -> WordSpans:
        """Find the entities of texts.

        Args:
            logits: Logits of the words of all texts, one text after the other, `(words, labels)`.
            text_starts: Place of the first word of each text, `(texts,)`, rising; texts may be empty.

        Returns:
            The entities, in order.
        """
        ...


class LabelDecoder:
    """Takes neighboring words for an entity as their labels say, see `decode`.

    Args:
        labels: What the labels mean.
        decoding: `"greedy"` (the best label of each word) or `"viterbi"` (the best sequence without invalid labels).

    Raises:
        ValueError: If the decoding is another.
    """

    def __init__(self, labels: LabelTable, decoding: Literal["greedy", "viterbi"] = "greedy") -> None:
        if decoding not in ("greedy", "viterbi"):
            raise ValueError(f"decoding is {decoding!r}; it must be 'greedy' or 'viterbi'")
        self.labels = labels
        self.viterbi = decoding == "viterbi"

    def __call__(self, logits: np.ndarray, text_starts: np.ndarray) -> WordSpans:
        """Find the entities of texts, see `Decoder`."""
        return decode(logits, text_starts, self.labels, viterbi=self.viterbi)


class TypeDecoder:
    """Takes neighboring words for an entity where the probability of one type says so.

    The logits are those of the threshold, and behind it those of each type by itself. The score of an entity is the
    mean probability of its words, whatever the other types have.

    Args:
        types: Names of the types.
        nested: Whether entities of different types may overlap: every type is decoded by itself, rather than the
            best type of each word.
    """

    def __init__(self, types: Sequence[str], nested: bool = False) -> None:
        self.labels = LabelTable.of_types(types)
        self.nested = nested

    def __call__(self, logits: np.ndarray, text_starts: np.ndarray) -> WordSpans:
        """Find the entities of texts, see `Decoder`; those that overlap in the order of the text, longest first."""
        if not self.nested:
            return _with_probabilities(decode(logits, text_starts, self.labels), logits)
        by_type = []
        for kind, name in enumerate(self.labels.types):
            found = decode(logits[:, [0, kind + 1]], text_starts, LabelTable.of_types([name]))
            by_type.append(found._replace(type=found.type + kind))
        spans = WordSpans(*(np.concatenate(columns) for columns in zip(*by_type, strict=True)))
        order = np.lexsort((-spans.last, spans.first))
        return _with_probabilities(WordSpans(*(column[order] for column in spans)), logits)


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


def _with_probabilities(spans: WordSpans, logits: np.ndarray) -> WordSpans:
    running = np.zeros((len(logits) + 1, logits.shape[1]))
    np.cumsum(1 / (1 + np.exp(-logits.astype(np.float64))), axis=0, out=running[1:])
    column = spans.type + 1
    score = (running[spans.last + 1, column] - running[spans.first, column]) / (spans.last + 1 - spans.first)
    return spans._replace(score=score.astype(np.float32))
