"""Episodes from files in Few-NERD's format."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

from ...files.rows import file_rows
from ...record_error import RecordError
from ...rejections import CorpusError, OnError, Rejections
from ...surrogates import is_encodable
from ..tag_spelling import OUTSIDE
from .episode import Episode, LabelledWords

_PARTS = ("support", "query")


def read_episodes(path: str | os.PathLike[str], *, on_error: OnError = "raise") -> Iterator[Episode]:
    """Read episodes one by one: JSON Lines, each a `support`, a `query` and the `types`.

    `{"support": {"word": [[...], ...], "label": [[...], ...]}, "query": {...}, "types": [...]}`, as Few-NERD's folder
    `episode-data` has them. A compressed file is unpacked on the way.

    Args:
        path: The file.
        on_error: `"raise"` stops at an episode that cannot be used, `"skip"` leaves it out and logs how many there
            were, with file and line.

    Yields:
        The episodes.

    Raises:
        FileNotFoundError: If there is no such file.
        CorpusError: If an episode cannot be used, or the file holds none; the message begins with file and line.

    Example:
        ```python
        >>> from nuner.data_builders.labelled.episodes.reading import read_episodes
        >>> episodes = read_episodes("episode-data/inter/test_5_1.jsonl")
        >>> sum(len(episode.query) for episode in episodes)  # needs Few-NERD  # doctest: +SKIP
        35127

        ```
    """
    rejections = Rejections(on_error)
    read = 0
    for row in file_rows(os.fspath(path), rejections):
        try:
            episode = _episode(row.value)
        except RecordError as error:
            rejections.add(row.file, row.line, error)
        else:
            read += 1
            yield episode
    rejections.warn()
    if not read:
        raise CorpusError(f"{os.fspath(path)} holds no episode")


def _episode(value: Any) -> Episode:
    """Check one episode."""
    if not isinstance(value, dict):
        raise RecordError("an episode must be an object with support, query and types")
    missing = [name for name in (*_PARTS, "types") if name not in value]
    if missing:
        raise RecordError(f"the episode has no {missing[0]!r}")
    types = _types(value["types"])
    support, query = (_sentences(value[part], part, types) for part in _PARTS)
    learnt = {label for sentence in support for label in sentence.labels}
    unsupported = [name for name in types if name not in learnt]
    if unsupported:
        raise RecordError("a type has no word in the support", repr(unsupported[0]))
    return Episode(types, support, query)


def _types(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(name, str) and name.strip() for name in value):
        raise RecordError("types must be a list of names")
    if not all(map(is_encodable, value)):
        raise RecordError("a type is not valid Unicode", "it has a lone surrogate")
    if OUTSIDE in value:
        raise RecordError("'O' is among the types", "it is the label of words outside all entities")
    double = next((name for place, name in enumerate(value) if name in value[:place]), None)
    if double is not None:
        raise RecordError("a type is there twice", repr(double))
    return tuple(value)


def _sentences(value: Any, part: str, types: tuple[str, ...]) -> list[LabelledWords]:
    if not isinstance(value, dict) or not all(isinstance(value.get(name), list) for name in ("word", "label")):
        raise RecordError(f"the {part} must hold lists 'word' and 'label', of a list for each sentence")
    words, labels = value["word"], value["label"]
    if not words:
        raise RecordError(f"the {part} is empty")
    if len(words) != len(labels):
        raise RecordError(f"the {part} has not one list of labels a sentence", f"{len(words)} and {len(labels)}")
    return [_sentence(*pair, part, number, types) for number, pair in enumerate(zip(words, labels, strict=True), 1)]


def _sentence(words: Any, labels: Any, part: str, number: int, types: tuple[str, ...]) -> LabelledWords:
    where = f"sentence {number} of the {part}"
    for of_sentence in (words, labels):
        if not isinstance(of_sentence, list) or not all(isinstance(each, str) for each in of_sentence):
            raise RecordError("words and labels of a sentence must be lists of texts", where)
    if not words:
        raise RecordError("a sentence has no word", where)
    if not all(map(is_encodable, words)):
        raise RecordError("a word is not valid Unicode", f"{where} has a lone surrogate")
    if len(words) != len(labels):
        raise RecordError("a sentence has not one label a word", f"{where}: {len(words)} words, {len(labels)} labels")
    unknown = next((label for label in labels if label != OUTSIDE and label not in types), None)
    if unknown is not None:
        raise RecordError("a label is not among the types", f"{where}: {unknown!r}")
    # Thousands of episodes are made of the same few thousand sentences: each word is kept once.
    return LabelledWords(list(map(sys.intern, words)), list(map(sys.intern, labels)))
