"""What a language model answers that makes mistakes of known kinds in known numbers, and the F1 that follows."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass

from datasets import Dataset

from nuner.data_builders.labelled.label_schemes import read_spans
from nuner.data_builders.labelled.labelled_text import LabelledText, TextEntity
from nuner.data_builders.locating import locate

BABBLE = "What a lovely sentence! It made me think of the sea, and of the long way home."


@dataclass
class FlawedLabels:
    """Labels with mistakes.

    Args:
        found: For each text its entities as they are answered, in the order of the text; None where it babbles.
        gold: Number of entities.
        answered: Number of entities that are answered, with or without a mistake.
        right: Number of them without one.
    """

    found: dict[str, list[TextEntity] | None]
    gold: int
    answered: int
    right: int

    @property
    def f1(self) -> float:
        """The entity micro F1 of who believes the answers."""
        return 2 * self.right / (self.gold + self.answered)

    def replies(self) -> dict[str, str]:
        """The replies by text, by the contract of annotation."""
        replies = {}
        for text, entities in self.found.items():
            items = [
                {"text": text[each.start : each.end], "description": "it looks like one", "concept": each.label}
                for each in entities or []
            ]
            replies[text] = BABBLE if entities is None else json.dumps({"entities": items}, ensure_ascii=False)
        return replies


def gold_texts(dataset: Dataset) -> list[LabelledText]:
    """The sentences of a labelled data set as texts, words with a space between each two."""
    names = dataset.features["ner_tags"].feature.names
    return [
        LabelledText.from_words(tokens, read_spans([names[tag] for tag in tags]), "gold", number)
        for number, (tokens, tags) in enumerate(zip(dataset["tokens"], dataset["ner_tags"], strict=True), 1)
    ]


def are_clear(text: LabelledText) -> bool:
    """Tell whether nothing but the places of a text's entities is called as they are."""
    return all(_stands_once(text.text, each.start, each.end) for each in text.entities)


def with_mistakes(
    texts: Sequence[LabelledText],
    seed: int = 0,
    *,
    missed: float = 0.1,
    wrong_type: float = 0.05,
    wrong_boundary: float = 0.05,
    babble: float = 0.02,
) -> FlawedLabels:
    """Make mistakes: in shares of the entities, no two in one, and of the sentences for babble."""
    draw = random.Random(seed)
    types = sorted({each.label for text in texts for each in text.entities})
    babbling = set(draw.sample(range(len(texts)), round(babble * len(texts))))
    entities = [
        (number, place)
        for number, text in enumerate(texts)
        if number not in babbling
        for place in range(len(text.entities))
    ]
    gold = sum(len(text.entities) for text in texts)
    draw.shuffle(entities)
    left = [round(share * len(entities)) for share in (missed, wrong_type, wrong_boundary)]
    found: list[list[TextEntity | None]] = [list(text.entities) for text in texts]
    mistakes = sum(left)
    for number, place in entities:
        text, entity = texts[number], texts[number].entities[place]
        other = _other_boundary(text, found[number], entity) if left[2] else None
        if other is not None:
            found[number][place], kind = other, 2
        elif left[0]:
            found[number][place], kind = None, 0
        elif left[1]:
            label = draw.choice([name for name in types if name != entity.label])
            found[number][place], kind = entity._replace(label=label), 1
        else:
            continue
        left[kind] -= 1
    assert not any(left), "too few entities can be given another boundary"
    answered = len(entities) - round(missed * len(entities))
    labels = {
        text.text: None if number in babbling else [each for each in found[number] if each is not None]
        for number, text in enumerate(texts)
    }
    return FlawedLabels(labels, gold, answered, len(entities) - mistakes)


def _other_boundary(text: LabelledText, found: Sequence[TextEntity | None], entity: TextEntity) -> TextEntity | None:
    """Leave the last word of an entity out, or take one more in where none of another stands."""
    words = text.words or ()
    ends = [word.end for word in words if entity.start < word.end < entity.end]
    ends += [word.end for word in words if word.start > entity.end][:1] if not ends else []
    taken = {place for each in found if each is not None and each.start != entity.start for place in range(*each[:2])}
    for end in ends[-1:]:
        if _stands_once(text.text, entity.start, end) and not taken & set(range(entity.start, end)):
            return entity._replace(end=end)
    return None


def _stands_once(text: str, start: int, end: int) -> bool:
    return locate(text[start:end], text) == [(start, end)]
