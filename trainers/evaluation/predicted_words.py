"""A recognizer's entities, in characters, as entities of a data set's words."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from nuner.data_builders.labelled.label_schemes import EntitySpan
from nuner.data_builders.labelled.placed_words import PlacedWords
from nuner.modeling_nuner.recognition.entities import Entity


class PredictedWords(NamedTuple):
    """The entities of a sentence.

    Args:
        spans: They, in order.
        scores: Their scores.
        dropped: Entities that share a word with one of another type and a higher score: a word has one tag.
    """

    spans: list[EntitySpan]
    scores: list[float]
    dropped: int


def predicted_words(sentence: PlacedWords, entities: Sequence[Entity]) -> PredictedWords:
    """Find the words of entities that were recognized in a sentence's text.

    An entity covers every word that it touches; entities of one type that share a word are one.

    Args:
        sentence: The words in the text.
        entities: What a recognizer finds in the text.

    Returns:
        The entities as ranges of words, without overlaps.

    Example:
        ```python
        >>> from nuner.data_builders.labelled.placed_words import place_words
        >>> from nuner.trainers.evaluation.predicted_words import predicted_words
        >>> found = {"start": 3, "end": 6, "text": "New", "label": "city", "score": 0.9}
        >>> predicted_words(place_words(["in", "New-York"]), [found]).spans
        [EntitySpan(start=1, end=2, label='city')]

        ```
    """
    found: list[tuple[EntitySpan, float]] = []
    for entity in sorted(entities, key=lambda entity: (entity["label"], entity["start"])):
        first = bisect_right(sentence.ends, entity["start"])
        span = EntitySpan(first, max(first + 1, bisect_left(sentence.starts, entity["end"])), entity["label"])
        if found and found[-1][0].label == span.label and found[-1][0].end > span.start:
            before, score = found.pop()
            span = EntitySpan(before.start, max(before.end, span.end), span.label)
            found.append((span, max(score, entity["score"])))
        else:
            found.append((span, entity["score"]))
    found.sort(key=lambda one: -one[1])
    kept: list[tuple[EntitySpan, float]] = []
    for span, score in found:
        if all(span.end <= other.start or other.end <= span.start for other, _ in kept):
            kept.append((span, score))
    kept.sort()
    return PredictedWords([span for span, _ in kept], [score for _, score in kept], len(found) - len(kept))
