"""Character-offset entities to words with IOB2 tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .label_schemes import EntitySpan, write_iob2
from .overlaps import keep_longest
from .words import split_words


class TaggedWords(NamedTuple):
    """The words of a text, their IOB2 tags, and how many entities had to be widened."""

    tokens: list[str]
    tags: list[str]
    widened: int


def tag_words(text: str, entities: Sequence[Mapping[str, Any]]) -> TaggedWords:
    """Split a text into words and tag them from entities with character offsets.

    An entity covers every word that it touches. Where it starts or ends inside a word, it is
    widened to the whole word; such entities are counted. Of entities that then share a word only
    the longest stays (of equally long ones the first): one tag a word cannot hold both.

    Args:
        text: The text.
        entities: Each with `start`, `end` (character offsets, end exclusive), `label`, and
            optionally `text`, which must then equal `text[start:end]`.

    Returns:
        Words, IOB2 tags, and the number of widened entities.

    Raises:
        ValueError: If an entity lacks a field, lies outside the text, differs from its own
            `text`, or covers no word.

    Example:
        ```python
        >>> tag_words("Pay Anna now", [{"start": 4, "end": 8, "label": "person"}])
        TaggedWords(tokens=['Pay', 'Anna', 'now'], tags=['O', 'B-person', 'O'], widened=0)

        ```
    """
    words = split_words(text)
    spans: list[EntitySpan] = []
    widened = 0
    for entity in entities:
        start, end, label = _checked(text, entity)
        covered = [i for i, word in enumerate(words) if word.start < end and word.end > start]
        if not covered:
            raise ValueError(f"the {label!r} entity at characters {start}-{end} covers no word")
        first, last = words[covered[0]], words[covered[-1]]
        widened += first.start < start or last.end > end
        spans.append(EntitySpan(covered[0], covered[-1] + 1, label))
    tags = write_iob2(keep_longest(spans), len(words))
    return TaggedWords([word.text for word in words], tags, widened)


def _checked(text: str, entity: Mapping[str, Any]) -> tuple[int, int, str]:
    if not isinstance(entity, Mapping):
        raise ValueError(f"an entity must be an object with start, end and label, not {entity!r}")
    start, end, label = entity.get("start"), entity.get("end"), entity.get("label")
    if type(start) is not int or type(end) is not int or not isinstance(label, str) or not label.strip():
        raise ValueError(f"an entity needs whole numbers start and end and a label, but is {dict(entity)!r}")
    if not 0 <= start < end <= len(text):
        raise ValueError(
            f"the {label!r} entity at characters {start}-{end} is outside the text ({len(text)} characters)"
        )
    if "text" in entity and entity["text"] != text[start:end]:
        raise ValueError(
            f"the {label!r} entity says {entity['text']!r} but characters {start}-{end} are {text[start:end]!r}"
        )
    return start, end, label
