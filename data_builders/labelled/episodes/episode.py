"""One episode of a few-shot benchmark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class LabelledWords(NamedTuple):
    """A sentence of an episode.

    Args:
        words: Its words.
        labels: For each word the name of a type or `O`, without `B-` and `I-`: neighboring words of one type are one
            entity.
    """

    words: list[str]
    labels: list[str]


@dataclass(frozen=True)
class Episode:
    """A task of its own: types, sentences to learn them from, and sentences to find them in (Ding et al., 2021).

    Args:
        types: The N types; words of any other are `O`.
        support: Sentences to learn from, with K to 2K entities of each type.
        query: Sentences to find entities in; their labels are for whoever scores.

    Example:
        ```python
        >>> from nuner.data_builders.labelled.episodes.episode import Episode, LabelledWords
        >>> episode = Episode(
        ...     ("city",),
        ...     support=[LabelledWords(["in", "Rome"], ["O", "city"])],
        ...     query=[LabelledWords(["to", "New", "York"], ["O", "city", "city"])],
        ... )
        >>> episode.query[0].words
        ['to', 'New', 'York']

        ```
    """

    types: tuple[str, ...]
    support: list[LabelledWords]
    query: list[LabelledWords]
