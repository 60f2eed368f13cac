"""Find an entity that is spelt like the text but for its case or for look-alike characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from ...locating import is_whole, occurrences

_LOOK_ALIKES = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02b9\u02bc\u0060\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""),  # not seen: soft hyphens, joiners
}
# The Hangul vowels and finals, which are no marks but compose with the consonant before them.
_HANGUL_JOINED = range(0x1160, 0x1200)


class FoldedText:
    """A text with differences of spelling taken out, that still knows where each character stood.

    Composed and decomposed letters are the same in any case: nobody sees a difference.

    Args:
        text: The text.
        ignore_case: Whether letters of either case are the same.
        normalize: Whether characters that look alike are the same: composed and decomposed letters (NFC),
            straight and typographic quotes, dashes, and white space of any kind and length.

    Example:
        ```python
        >>> FoldedText("The Bird's  Nest", ignore_case=True, normalize=True).locate("bird's nest")
        [(4, 16)]

        ```
    """

    def __init__(self, text: str, *, ignore_case: bool = False, normalize: bool = False) -> None:
        self.text = text
        self._ignore_case = ignore_case
        self._normalize = normalize
        folded: list[str] = []
        self._starts: dict[int, int] = {}
        self._ends: dict[int, int] = {}
        length = 0
        for start, end in _units(text):
            unit = self._fold(text[start:end])
            if not unit:
                continue
            self._starts[length] = start
            length += len(unit)
            self._ends[length] = end
            folded.append(unit)
        self._folded = "".join(folded)

    def locate(self, entity: str) -> list[tuple[int, int]]:
        """Return the offsets in the text of every occurrence that does not cut a word in two, as `locate` does.

        Args:
            entity: What to find, in any spelling that is the same when folded.
        """
        wanted = "".join(self._fold(entity[start:end]) for start, end in _units(entity))
        found = occurrences(wanted, self._folded, self._is_whole)
        return [(self._starts[start], self._ends[end]) for start, end in found]

    def _is_whole(self, start: int, end: int) -> bool:
        # A character that folds to several, as "ß" to "ss", is matched as a whole or not at all.
        if start not in self._starts or end not in self._ends:
            return False
        return is_whole(self.text, self._starts[start], self._ends[end])

    def _fold(self, unit: str) -> str:
        if not unit.isascii():
            unit = unicodedata.normalize("NFC", unit)
        if self._normalize:
            unit = " " if unit.isspace() else unit
            unit = "".join(_LOOK_ALIKES.get(character, character) for character in unit)
        return unit.casefold() if self._ignore_case else unit


def _units(text: str) -> Iterator[tuple[int, int]]:
    """Yield the offsets of the pieces that are folded each by itself: a character with its marks, white space."""
    start = 0
    for position in range(1, len(text) + 1):
        if position == len(text) or not _joins(text[position - 1], text[position]):
            yield start, position
            start = position


def _joins(before: str, after: str) -> bool:
    """Tell whether a character is of one piece with that before it."""
    if before.isspace() or after.isspace():
        return before.isspace() and after.isspace()
    return unicodedata.category(after)[0] == "M" or ord(after) in _HANGUL_JOINED
