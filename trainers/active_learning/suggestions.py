"""What a head suggests for a text."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .instant_head import InstantHead


class Suggestion(NamedTuple):
    """An entity that is suggested.

    Args:
        start: Character of the text with which it begins.
        end: Behind its last character.
        type: Number of its type.
        label: Name of its type.
        confidence: Mean probability of its words, 0 to 1.
    """

    start: int
    end: int
    type: int
    label: str
    confidence: float


def suggestions(head: InstantHead, vectors: np.ndarray, start: np.ndarray, end: np.ndarray) -> list[Suggestion]:
    """Suggest the entities of a text.

    Args:
        head: What knows the types.
        vectors: Vectors of the words, `(words, hidden)`.
        start: Character with which each begins, `(words,)`.
        end: Behind its last character, `(words,)`.

    Returns:
        The entities in the order of the text, none of which overlap.
    """
    spans = head.spans(vectors)
    return [
        Suggestion(int(start[first]), int(end[last]), head.types[kind].number, head.types[kind].name, float(score))
        for first, last, kind, score in zip(*spans, strict=True)
    ]
