"""Labels that a head which has not learnt from them contradicts with confidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from torch import nn

from nuner.data_builders.labelled.label_schemes import EntitySpan
from nuner.data_builders.labelled.projects.answers import Label

from ..evaluation.entity_errors import CORRECT, compare_entities
from .instant_head import InstantHead, LearntText, fit_heads
from .pool_vectors import PoolVectors
from .suggestions import Suggestion, suggestions

# Each text is judged by a head that was fitted to the other four fifths.
_FOLDS = 5
_CONFIDENT = 0.8


class Disagreement(NamedTuple):
    """A label and what a confident head says in its place.

    Args:
        text: Number of the text.
        labelled: The label; None where the head finds an entity that is not labelled.
        suggested: What the head finds; None where it finds no entity at the label.
        confidence: How sure it is, 0 to 1.
    """

    text: int
    labelled: Label | None
    suggested: Suggestion | None
    confidence: float


def find_disagreements(
    head: InstantHead,
    named: nn.Linear | None,
    texts: Sequence[tuple[int, LearntText]],
    held_out: Sequence[tuple[int, LearntText]],
    pool: PoolVectors,
) -> list[Disagreement]:
    """Compare labels with what is learnt from the labels of other texts.

    Args:
        head: The head of now, which judges the texts that are set aside.
        named: What the encoder makes of the names of the types.
        texts: Numbers of the texts that it learnt from, and these.
        held_out: Those that are set aside.
        pool: Vectors and places of their words.

    Returns:
        Where a head is confident of something else, the most confident ones first.
    """
    texts = [(number, text) for number, text in texts if len(text.types)]
    folds = [texts[fold::_FOLDS] for fold in range(_FOLDS)] if len(texts) >= 2 * _FOLDS else []
    others = [[text for i, text in enumerate(texts) if i % _FOLDS != fold] for fold in range(len(folds))]
    judges = fit_heads([[text for _, text in learnt] for learnt in others], head.types, named, head) if others else []
    judged = [*zip(judges, folds, strict=True), (head, held_out)]
    found = [
        disagreement
        for judge, fold in judged
        for number, text in fold
        for disagreement in _of_text(judge, number, text, pool)
        if disagreement.confidence >= _CONFIDENT
    ]
    return sorted(found, key=lambda disagreement: -disagreement.confidence)


def _of_text(head: InstantHead, number: int, text: LearntText, pool: PoolVectors) -> Iterator[Disagreement]:
    words = pool.of(number)
    predicted = {(each.start, each.end): each for each in suggestions(head, *words)}
    known = {each.number: each.name for each in head.types}
    labels = {(label.start, label.end, known[label.type]): label for label in text.labels if label.type in known}
    outside = head.logits(text.vectors.numpy()).softmax(1)[:, 0].numpy()
    of_labels = [EntitySpan(*key) for key in labels]
    for pair in compare_entities(of_labels, [EntitySpan(*key, each.label) for key, each in predicted.items()]):
        if pair.kind == CORRECT:
            continue
        label = labels[pair.gold[:3]] if pair.gold else None
        suggestion = predicted[pair.predicted[:2]] if pair.predicted else None
        if suggestion is not None:
            yield Disagreement(number, label, suggestion, suggestion.confidence)
        elif label is not None:
            covered = (words.start < label.end) & (words.end > label.start)
            if covered.any():
                yield Disagreement(number, label, None, float(np.mean(outside[covered])))
