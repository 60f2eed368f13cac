"""How good a head is on texts that it has not learnt from, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from .instant_head import InstantHead, LearntText

_RESAMPLES = 1000
BAND = (2.5, 97.5)
"""Percentiles between which a figure lies with 95%."""
_SEED = 0


class TypeScore(NamedTuple):
    """The score of one type.

    Args:
        f1: F1 of its entities, type and both ends right, 0 to 1.
        low: Lower end of the band in which it lies with 95%.
        high: Upper end.
        support: Its labels in the texts that it was measured on.
    """

    f1: float
    low: float
    high: float
    support: int


@dataclass(frozen=True)
class Score:
    """The score of a head.

    Args:
        labelled: Texts that it was fitted to.
        measured: Texts that it was measured on.
        f1: Micro F1 of entities, type and both ends right, 0 to 1.
        low: Lower end of the band in which it lies with 95%, by a bootstrap over the texts.
        high: Upper end.
        types: Number of a type -> its score; of those that occur among labels or predictions.
    """

    labelled: int
    measured: int
    f1: float
    low: float
    high: float
    types: dict[int, TypeScore]

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain values, for JSON; the types under their numbers as strings."""
        types = {str(number): score._asdict() for number, score in self.types.items()}
        return {**asdict(self), "types": types}


def entity_counts(head: InstantHead, texts: Sequence[LearntText]) -> np.ndarray:
    """Count the entities of each text that are right, predicted and labelled.

    Args:
        head: What predicts.
        texts: Labelled texts that have words.

    Returns:
        The counts, `(texts, types, 3)`.
    """
    starts = np.cumsum([0, *(len(text.types) for text in texts)])
    spans = head.spans(np.concatenate([text.vectors for text in texts]), starts[:-1])
    counts = np.zeros((len(texts), len(head.types), 3))
    found = set(zip(spans.first.tolist(), spans.last.tolist(), spans.type.tolist(), strict=True))
    place = {each.number: row for row, each in enumerate(head.types)}
    labelled = {
        (first + int(starts[row]), last + int(starts[row]), place[kind])
        for row, text in enumerate(texts)
        for first, last, kind in text.entities
        if kind in place
    }
    for column, entities in enumerate((found & labelled, found, labelled)):
        for first, _, kind in entities:
            counts[np.searchsorted(starts, first, side="right") - 1, kind, column] += 1
    return counts


def score_head(head: InstantHead, texts: Sequence[LearntText]) -> Score | None:
    """Measure a head on labelled texts that it was not fitted to.

    Args:
        head: The head.
        texts: The texts; those without words are passed over.

    Returns:
        The score; None if there is no entity among their labels.
    """
    texts = [text for text in texts if len(text.types)]
    counts = entity_counts(head, texts) if texts else np.zeros((0, len(head.types), 3))
    if not counts[:, :, 2].sum():
        return None
    resampled = np.tensordot(draws_of_texts(len(texts)), counts, axes=1)
    low, high = np.percentile(f1_of(resampled.sum(1)), BAND)
    lows, highs = np.percentile(f1_of(resampled), BAND, axis=0)
    total = counts.sum(0)
    types = {
        each.number: TypeScore(float(f1), float(lows[row]), float(highs[row]), int(total[row, 2]))
        for row, (each, f1) in enumerate(zip(head.types, f1_of(total), strict=True))
        if total[row].any()
    }
    return Score(head.texts, len(texts), float(f1_of(total.sum(0))), float(low), float(high), types)


def draws_of_texts(texts: int) -> np.ndarray:
    """Return how often each text is drawn in each sample of a bootstrap, `(samples, texts)`.

    Args:
        texts: Number of texts.
    """
    return np.random.default_rng(_SEED).multinomial(texts, np.full(texts, 1 / texts), size=_RESAMPLES)


def f1_of(counts: np.ndarray) -> np.ndarray:
    """Return F1 of counts of entities that are right, predicted and labelled, `(..., 3)`; 0 where there are none.

    Example:
        ```python
        >>> from nuner.trainers.active_learning.scoring import f1_of
        >>> f1_of(np.array([2, 3, 5])).item()
        0.5

        ```
    """
    return 2 * counts[..., 0] / np.maximum(counts[..., 1] + counts[..., 2], 1)
