"""One column of a labelled file, and what stands beside words in such files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from .tagsets import PARTS_OF_SPEECH, PHRASES, RELATIONS

INDEX = re.compile(r"\d+")
INDEX_OF_MORE = re.compile(r"\d+[-.]\d+")
"""A range of words that are written as one, or an empty node, among the indices of CoNLL-U."""

_PLACEHOLDERS = frozenset({"_", "-", "*", ""})
_HAS_NUMBER = re.compile(r"\d")
_HAS_LETTER = re.compile(r"[^\W\d_]")
_SHAPE = re.compile(r"[Xxd\W]+")
_WINDOW = 20


@dataclass(frozen=True, eq=False)
class Column:
    """The cells of one column.

    Args:
        name: Its name, or its number from 0.
        sentences: Its cells by sentences.
    """

    name: str | int
    sentences: list[list[str]]

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each value occurs."""
        return Counter(cell for cells in self.sentences for cell in cells)

    @cached_property
    def counts_words(self) -> bool:
        """Whether it counts the words of each sentence, from 0 or 1."""
        return any(len(cells) > 1 for cells in self.sentences) and all(map(_counts, self.sentences))

    @cached_property
    def diversity(self) -> float:
        """Share of different values in stretches of up to 20 rows: high for words, low for what classifies them."""
        windows = [
            cells[start : start + _WINDOW] for cells in self.sentences for start in range(0, len(cells), _WINDOW)
        ]
        return sum(len(set(window)) for window in windows) / max(1, self.counts.total())

    @cached_property
    def has_small_letters(self) -> bool:
        """Whether a value has a letter that is no capital, or of a script without capitals."""
        return any((_HAS_LETTER.search(cell) and cell != cell.upper()) or _is_caseless(cell) for cell in self.counts)

    @cached_property
    def capitals(self) -> int:
        """How many rows have a capital letter."""
        return sum(count for cell, count in self.counts.items() if cell != cell.lower())

    @cached_property
    def is_beside_words(self) -> bool:
        """Whether it holds what stands beside words: numbers, gaps, features, known tags, names of sentences."""
        total = self.counts.total()
        gaps = sum(self.counts[cell] for cell in _PLACEHOLDERS)
        values = self._values
        return (
            2 * gaps > total
            or all(_HAS_NUMBER.search(cell) for cell in values)
            or all("=" in cell for cell in values)
            or self._is_of_a_tagset
            or all(_SHAPE.fullmatch(cell) for cell in values)
            or (len(values) == 1 and total > 3)
            or self._names_sentences
            or self._names_words
        )

    @cached_property
    def has_relations(self) -> bool:
        """Whether its values are relations of a dependency treebank."""
        return {cell.partition(":")[0] for cell in self._values} <= RELATIONS and bool(self._values)

    @cached_property
    def _is_of_a_tagset(self) -> bool:
        phrases = {cell.partition("-")[2] or cell for cell in self._values} - {"O"}
        return any(_HAS_LETTER.search(cell) for cell in self._values) and (
            self._values <= PARTS_OF_SPEECH or phrases <= PHRASES or self.has_relations
        )

    @cached_property
    def _values(self) -> set[str]:
        return self.counts.keys() - _PLACEHOLDERS

    @cached_property
    def begins_small(self) -> bool:
        """Whether most sentences of several words begin with a small letter, as where words were made lemmas."""
        firsts = [
            next((cell for cell in cells if cell.upper() != cell.lower()), "")
            for cells in self.sentences
            if len(cells) > 1
        ]
        return 2 * sum(cell[:1] != cell[:1].upper() for cell in firsts) > len(firsts)

    @cached_property
    def _names_words(self) -> bool:
        """Whether hardly a value occurs twice in more rows than texts take to repeat a word."""
        total = self.counts.total()
        return total > max(40, 3 * len(self.sentences)) and len(self.counts) > 0.97 * total

    @cached_property
    def _names_sentences(self) -> bool:
        """Whether it says the same all along each sentence, as a document's name does."""
        return any(len(cells) > 1 for cells in self.sentences) and all(
            len(set(cells)) == 1 for cells in self.sentences if len(cells) > 1
        )


def _counts(cells: Iterable[str]) -> bool:
    numbers = [cell for cell in cells if not INDEX_OF_MORE.fullmatch(cell)]
    return bool(numbers) and any(numbers == [str(i + first) for i in range(len(numbers))] for first in (0, 1))


def _is_caseless(cell: str) -> bool:
    return cell.upper() == cell.lower() and _HAS_LETTER.search(cell) is not None
