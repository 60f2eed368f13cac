"""Which labels would help most, and whether more of them help at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from torch import nn

from nuner.data_builders.labelled.projects.entity_types import EntityType

from .instant_head import InstantHead, LearntText, fit_heads
from .scoring import BAND, draws_of_texts, entity_counts, f1_of

# A type with fewer labels comes before all others.
_FEW_LABELS = 5
# Texts from which halves of them, and those that are set aside, tell something.
_LEAST_TEXTS = 20
_HALVES = 4
# F1 that the last doubling of the labels brought below which the next one is not worth its time.
_LITTLE = 0.02


class Advice(NamedTuple):
    """What to label next, and whether to go on.

    Args:
        type: Number of the type whose labels would help most; None if nothing tells.
        gain: F1 that the last doubling of the labelled texts brought on those that are set aside, 0 to 1; None if
            there are too few of either.
        low: Lower end of the band in which it lies with 95%.
        high: Upper end.
        enough: Whether it is surely so little that the next doubling, too, will bring little.
        sentences: The same in words.
    """

    type: int | None
    gain: float | None
    low: float | None
    high: float | None
    enough: bool
    sentences: tuple[str, ...]


def advise(
    types: Sequence[EntityType],
    named: nn.Linear | None,
    head: InstantHead | None,
    texts: Sequence[LearntText],
    held_out: Sequence[LearntText],
) -> Advice:
    """Say which type needs labels most, and whether labelling on brings much.

    The gain of the last doubling is told by heads that are fitted to random halves of the texts.

    Args:
        types: The types.
        named: What the encoder makes of their names.
        head: The head of now, if there is one.
        texts: The labelled texts that it learnt from.
        held_out: Those that are set aside.

    Returns:
        The advice.
    """
    texts, held_out = ([text for text in found if len(text.types)] for found in (texts, held_out))
    counts = entity_counts(head, held_out) if head is not None and held_out else None
    measured = counts is not None and bool(counts[..., 2].sum())
    needed = _needed(types, texts, counts.sum(0) if counts is not None and measured else None)
    sentences = [f"More labels of {needed[0].name!r} would help most: {needed[1]}."] if needed else []
    number = needed[0].number if needed else None
    if head is None or counts is None or not measured or min(len(texts), len(held_out)) < _LEAST_TEXTS:
        return Advice(number, None, None, None, False, tuple(sentences))
    halves = _counts_of_halves(types, named, head, texts, held_out)
    gain = float(f1_of(counts.sum((0, 1))) - f1_of(halves.sum(0)))
    drawn = draws_of_texts(len(held_out))
    low, high = np.percentile(f1_of(drawn @ counts.sum(1)) - f1_of(drawn @ halves), BAND)
    enough = bool(high < _LITTLE)
    told = (
        f"The last doubling of the labelled texts, to {len(texts)}, brought {100 * gain:.1f} points of F1 "
        f"({100 * low:.1f} to {100 * high:.1f})"
    )
    sentences.append(f"{told}: labelling on brings little." if enough else f"{told}.")
    return Advice(number, gain, float(low), float(high), enough, tuple(sentences))


def _needed(
    types: Sequence[EntityType], texts: Sequence[LearntText], counts: np.ndarray | None
) -> tuple[EntityType, str] | None:
    labels = Counter(kind for text in texts for *_, kind in text.entities)
    if not texts or not types:
        return None
    rarest = min(types, key=lambda each: labels[each.number])
    if labels[rarest.number] < _FEW_LABELS:
        return rarest, f"there are {labels[rarest.number]} to learn from so far"
    if counts is None or not counts[:, 2].sum():
        return None
    # Entities that are wrong or missed: what could be won.
    lost = counts[:, 1] + counts[:, 2] - 2 * counts[:, 0]
    place = int(lost.argmax())
    return types[place], f"its F1 is {100 * f1_of(counts[place]):.0f}"


def _counts_of_halves(
    types: Sequence[EntityType],
    named: nn.Linear | None,
    head: InstantHead,
    texts: Sequence[LearntText],
    held_out: Sequence[LearntText],
) -> np.ndarray:
    """Return the mean counts of heads that were fitted to half of the texts, `(held-out texts, 3)`."""
    draw = np.random.default_rng(0)
    samples = [[texts[i] for i in draw.permutation(len(texts))[: len(texts) // 2]] for _ in range(_HALVES)]
    return np.mean([entity_counts(half, held_out).sum(1) for half in fit_heads(samples, types, named, head)], axis=0)
