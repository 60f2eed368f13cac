"""A sitting with an annotator who answers from gold labels."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from nuner.data_builders.labelled.labelled_text import TextEntity
from nuner.data_builders.labelled.projects.answers import Label
from nuner.data_builders.labelled.words import Word, split_words

from .instant_head import LearntText
from .key_presses import key_presses
from .learner import Learner, Order


class SittingStep(NamedTuple):
    """What happened at one text.

    Args:
        labelled: Texts that were labelled before.
        entities: Entities of the text.
        right: Those of them that were suggested, type and both ends right.
        suggested: Entities that were suggested.
        key_presses: Keys by which the suggestions were corrected.
        by_hand: Keys by which all would have been marked without them.
    """

    labelled: int
    entities: int
    right: int
    suggested: int
    key_presses: int
    by_hand: int


def simulate_sitting(
    learner: Learner, gold: Mapping[str, Sequence[TextEntity]], order: Order, texts: int
) -> Iterator[SittingStep]:
    """Label texts of a project as their gold labels say.

    Args:
        learner: What suggests and chooses; its project has the types of the labels.
        gold: The labels of each text.
        order: Which text comes next.
        texts: How many are labelled.

    Yields:
        What happened at each text, once it is saved and the head is fitted anew.
    """
    project = learner.project
    annotator = project.annotator("gold")
    types = {each.name: each.number for each in project.types.all()}
    learner.refit()
    for labelled in range(texts):
        number = learner.next_text(annotator, order)
        if number is None:
            return
        text = project.texts[number].text
        suggested = {(each.start, each.end, each.type) for each in learner.suggest(number)}
        labels = sorted(Label(each.start, each.end, types[each.label]) for each in gold[text])
        right = {label[:3] for label in labels}
        words = split_words(text)
        presses, by_hand = (
            key_presses(_at_words(right, words), _at_words(shown, words), len(words)) for shown in (suggested, set())
        )
        accepted = [label._replace(suggested=label[:3] in suggested) for label in labels]
        project.save(number, annotator, accepted, key_presses=presses)
        learner.refit()
        yield SittingStep(labelled, len(right), len(right & suggested), len(suggested), presses, by_hand)


def _at_words(entities: Collection[tuple[int, int, int]], words: Sequence[Word]) -> tuple[tuple[int, int, int], ...]:
    """Bring entities from characters to words."""
    start, end = (np.array([word[place] for word in words], dtype=np.int64) for place in (1, 2))
    labels = tuple(Label(*entity) for entity in sorted(entities))
    return LearntText.of(labels, np.zeros((len(words), 0)), start, end).entities
