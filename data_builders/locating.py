"""Find where an entity string occurs in its sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

# Scripts that are written without spaces between words, or (Hangul) with particles joined to the noun:
# there a word boundary cannot be seen, and any position between two characters may be one.
UNSPACED = re.compile(
    "["
    "\u0e00-\u0eff"  # Thai, Lao
    "\u0f00-\u0fff"  # Tibetan
    "\u1000-\u109f"  # Myanmar
    "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"  # Hangul
    "\u1780-\u17ff\u19e0-\u19ff"  # Khmer
    "\u1950-\u19df\u1a20-\u1aaf"  # Tai Le, New Tai Lue, Tai Tham
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # Hiragana, Katakana
    "\u2e80-\u2fdf\u3100-\u312f\u31a0-\u31bf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Han, Bopomofo
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"
    "]"
)

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
