"""Find where an entity string occurs in its sentence."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

from .unspaced_scripts import UNSPACED

_FIRST_MARK = "\u0300"


def locate(entity: str, text: str) -> list[tuple[int, int]]:
    """Return the character offsets of every occurrence of an entity that does not cut a word in two.

    The match is exact, as in section 3.1 of the paper: an LLM names the entity, and its place is looked up.
    Occurrences do not overlap. A word is a run of letters, digits, underscores and combining marks; scripts
    that do not separate words (Chinese, Japanese, Korean, Thai, ...) match anywhere.

    Args:
        entity: The text to find; nothing is found for an empty one.
        text: The sentence to look in.

    Returns:
        `(start, end)` pairs in ascending order, with `text[start:end] == entity`.

    Example:
        >>> locate("cat", "The cat can concatenate a cat.")
        [(4, 7), (26, 29)]
    """
    return list(occurrences(entity, text, lambda start, end: is_whole(text, start, end)))


def occurrences(entity: str, text: str, accept: Callable[[int, int], bool]) -> Iterator[tuple[int, int]]:
    """Yield the offsets of the occurrences that are accepted, in order and without overlap.

    Args:
        entity: What to find; nothing is found for an empty one.
        text: Where to find it.
        accept: Told start and end of an occurrence, says whether it counts.
    """
    start = text.find(entity) if entity else -1
    while start != -1:
        end = start + len(entity)
        accepted = accept(start, end)
        if accepted:
            yield start, end
        start = text.find(entity, end if accepted else start + 1)


def is_whole(text: str, start: int, end: int) -> bool:
    """Whether a span cuts no word in two, neither at its start nor at its end."""
    return _is_boundary(text, start) and _is_boundary(text, end)


def _is_boundary(text: str, position: int) -> bool:
    """Whether a span may begin or end between the characters before and at `position`."""
    if position <= 0 or position >= len(text):
        return True
    before, after = text[position - 1], text[position]
    if _is_mark(after):  # a mark belongs to the letter before it, in every script
        return False
    if not (_is_word(before) and _is_word(after)):
        return True
    return bool(UNSPACED.match(before) or UNSPACED.match(after))


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_" or _is_mark(character)


def _is_mark(character: str) -> bool:
    return character >= _FIRST_MARK and unicodedata.category(character)[0] == "M"
