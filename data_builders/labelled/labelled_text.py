"""One labelled text as a file has it: its characters and the entities in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .char_spans import Word
from .label_schemes import EntitySpan


class TextEntity(NamedTuple):
    """One entity: characters `start` up to and without `end`, of type `label`."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class LabelledText:
    """A text and its entities, which may overlap.

    Args:
        text: The text.
        entities: In the order of the file.
        file: The file or data set that holds it.
        line: Its line or the number of its record, from 1.
        words: Its words, where the file has words instead of a text; the text is then these with a space between
            each two.
    """

    text: str
    entities: tuple[TextEntity, ...]
    file: str
    line: int
    words: tuple[Word, ...] | None = None

    @classmethod
    def from_words(cls, tokens: Sequence[str], spans: Iterable[EntitySpan], file: str, line: int) -> LabelledText:
        """Join words to a text.

        Args:
            tokens: The words.
            spans: Entities at words.
            file: Where they stand.
            line: Where they stand.
        """
        words: list[Word] = []
        start = 0
        for token in tokens:
            words.append(Word(token, start, start + len(token)))
            start += len(token) + 1
        entities = tuple(TextEntity(words[span.start].start, words[span.end - 1].end, span.label) for span in spans)
        return cls(" ".join(tokens), entities, file, line, tuple(words))
