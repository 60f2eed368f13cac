"""The sentences of episodes as labelled data."""

from __future__ import annotations

from collections.abc import Iterable

from datasets import ClassLabel, Dataset, Features, List, Value

from ..label_schemes import to_iob2
from ..tag_spelling import OUTSIDE
from .episode import Episode


def episode_sentences(episodes: Iterable[Episode]) -> Dataset:
    """Collect the sentences of episodes, each once: their supports and queries often share some.

    An episode has the labels of its own types alone. A sentence of several episodes gets the labels of all of them,
    so that as few of its entities as can be are taken for none.

    Args:
        episodes: The episodes.

    Returns:
        Rows with `tokens` and `ner_tags` in IOB2, as `load_labelled` gives them.

    Raises:
        ValueError: If there is no episode.

    Example:
        ```python
        >>> from nuner.data_builders.labelled.episodes.episode import Episode, LabelledWords
        >>> from nuner.data_builders.labelled.episodes.sentences import episode_sentences
        >>> rome = LabelledWords(["in", "Rome"], ["O", "city"])
        >>> episode_sentences([Episode(("city",), [rome], [rome])])[:]
        {'tokens': [['in', 'Rome']], 'ner_tags': [[0, 1]]}

        ```
    """
    labels_of: dict[tuple[str, ...], list[str]] = {}
    for episode in episodes:
        for words, labels in (*episode.support, *episode.query):
            known = labels_of.setdefault(tuple(words), labels)
            labels_of[tuple(words)] = [
                here if before == OUTSIDE else before for before, here in zip(known, labels, strict=True)
            ]
    if not labels_of:
        raise ValueError("there is no episode")
    types = sorted({label for labels in labels_of.values() for label in labels} - {OUTSIDE})
    tags = ClassLabel(names=[OUTSIDE, *(f"{mark}-{name}" for name in types for mark in "BI")])
    return Dataset.from_dict(
        {
            "tokens": [list(words) for words in labels_of],
            "ner_tags": [tags.str2int(to_iob2(labels, "plain")) for labels in labels_of.values()],
        },
        features=Features({"tokens": List(Value("string")), "ner_tags": List(tags)}),
    )
