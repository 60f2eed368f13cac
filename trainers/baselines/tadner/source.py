"""Sentences that TadNER learns from before it meets new types."""

from __future__ import annotations

from collections.abc import Iterable

from datasets import ClassLabel, Dataset, Features, List, Value

from nuner.data_builders.labelled.episodes.episode import Episode
from nuner.data_builders.labelled.label_schemes import to_iob2
from nuner.data_builders.labelled.tag_spelling import OUTSIDE


def episode_sentences(episodes: Iterable[Episode]) -> Dataset:
    """Collect the sentences of training episodes, each once: their supports and queries often share some.

    Args:
        episodes: The episodes.

    Returns:
        Rows with `tokens` and `ner_tags` in IOB2, as `load_labelled` gives them.

    Raises:
        ValueError: If there is no episode.

    Example:
        ```python
        >>> from nuner.data_builders.labelled.episodes.episode import Episode, LabelledWords
        >>> from nuner.trainers.baselines.tadner.source import episode_sentences
        >>> rome = LabelledWords(["in", "Rome"], ["O", "city"])
        >>> episode_sentences([Episode(("city",), [rome], [rome])])[:]
        {'tokens': [['in', 'Rome']], 'ner_tags': [[0, 1]]}

        ```
    """
    labels_of = {
        tuple(sentence.words): sentence.labels
        for episode in episodes
        for sentence in (*episode.support, *episode.query)
    }
    if not labels_of:
        raise ValueError("there is no training episode")
    types = sorted({label for labels in labels_of.values() for label in labels} - {OUTSIDE})
    tags = ClassLabel(names=[OUTSIDE, *(f"{mark}-{name}" for name in types for mark in "BI")])
    return Dataset.from_dict(
        {
            "tokens": [list(words) for words in labels_of],
            "ner_tags": [tags.str2int(to_iob2(labels, "plain")) for labels in labels_of.values()],
        },
        features=Features({"tokens": List(Value("string")), "ner_tags": List(tags)}),
    )
