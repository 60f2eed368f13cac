"""One labelled text as a file has it: its characters and the entities in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from ..record_error import RecordError
from .label_schemes import EntitySpan
from .words import Word


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

        Raises:
            RecordError: If an entity's words have no characters.
        """
        words: list[Word] = []
        start = 0
        for token in tokens:
            words.append(Word(token, start, start + len(token)))
            start += len(token) + 1
        entities = tuple(TextEntity(words[span.start].start, words[span.end - 1].end, span.label) for span in spans)
        for entity in entities:
            if entity.start >= entity.end:
                raise RecordError("empty entities", f"the words of a {entity.label!r} entity are empty")
        return cls(" ".join(tokens), entities, file, line, tuple(words))

    def lines(self) -> list[LabelledText]:
        """Return the lines that are not blank, as texts of their own; a line break inside an entity divides none."""
        inside = {place for start, end, _ in self.entities for place in range(start, end)}
        breaks = [place for place, character in enumerate(self.text) if character == "\n" and place not in inside]
        lines: list[LabelledText] = []
        for start, end in pairwise([-1, *breaks, len(self.text)]):
            start += 1
            entities = (
                TextEntity(entity.start - start, entity.end - start, entity.label)
                for entity in self.entities
                if start <= entity.start and entity.end <= end
            )
            if not self.text[start:end].isspace() and start < end:
                number = self.line + self.text.count("\n", 0, start)
                lines.append(LabelledText(self.text[start:end], tuple(entities), self.file, number))
        return lines
