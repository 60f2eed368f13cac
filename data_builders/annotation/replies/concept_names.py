"""Bring the concept names that a model writes to one form."""

from __future__ import annotations

import re
from functools import lru_cache

from ...schema import normalize_concept
from .surfaces import without_marks

_CAPITALISED = re.compile(r"\b[^\W\d_]{2,}\b")
_TRAILING = " .,;:!?\u2026\u3002\u3001\uff0c\uff1b\uff1a"
_LONGEST_MARKED = 200
_AROUND = "\\\"'`*\u2018\u2019\u201c\u201d\u00ab\u00bb "


@lru_cache(maxsize=100_000)
def clean_concept(concept: str) -> str:
    """Return a concept name in lower case, with single spaces and without quotes or marks at its end.

    Letters that are capitals inside of a word stay, because names such as `US state` and `3D printer` lose by it;
    a name in nothing but capitals is lower-cased whole.

    Args:
        concept: The name as the model wrote it.

    Returns:
        The name, empty if there was nothing else in it.

    Example:
        ```python
        >>> [clean_concept(name) for name in ("Musical  Group.", "US State", "PERSON", "**film**")]
        ['musical group', 'US state', 'person', 'film']

        ```
    """
    name = normalize_concept(concept)
    stripped = ""
    while stripped != name and len(name) <= _LONGEST_MARKED:
        stripped = name
        name = _without_half_pairs(without_marks(name).strip(_AROUND).rstrip(_TRAILING).strip(_AROUND))
    if name.upper() == name:
        return name.lower()
    return _CAPITALISED.sub(lambda word: _without_first_capital(word.group()), name)


def _without_half_pairs(name: str) -> str:
    for opening, closing in ("[]", "()", "{}", "<>", "||", "~~"):
        if name.startswith(opening) and closing not in name[1:]:
            name = name[1:]
        if name.endswith(closing) and opening not in name[:-1]:
            name = name[:-1]
    return name.strip()


def _without_first_capital(word: str) -> str:
    return word.lower() if word[1:].islower() else word
