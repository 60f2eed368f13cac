"""Tell which of the given types a language model means by the name that it answers with."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

NO_TYPE = "none"
"""What the model is told to answer for a candidate that is of none of the types."""

_REFUSED = {NO_TYPE, "noentity", "notanentity", "null"}
_ACCENTS = range(0x300, 0x370)
_INSIDE_CAPITAL = re.compile(r"(?<=[a-z\d])(?=[A-Z])")
_PLURALS = (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("zes", "z"), ("s", ""))
_NO_PLURALS = ("ss", "us", "is")
_SHORTEST_PLURAL = 4
# British ends of words, and the American ones.
_SPELLINGS = (("isation", "ization"), ("yse", "yze"), ("ise", "ize"), ("our", "or"), ("tre", "ter"), ("ogue", "og"))


class TypeNames:
    """The names of entity types, and other names for them.

    Args:
        aliases: Name of each type, in order -> other names that stand for it, such as those in other languages.

    Raises:
        ValueError: If two names differ in nothing but case, accents, spaces and marks, or one is that for no type.

    Example:
        ```python
        >>> names = TypeNames({"organization": ["Firma"], "job_title": []})
        >>> [names.find(answer) for answer in ("Organisations", "JobTitle", "firma", "city")]
        ['organization', 'job_title', 'organization', None]

        ```
    """

    def __init__(self, aliases: Mapping[str, Sequence[str]]) -> None:
        self.aliases = {name: tuple(others) for name, others in aliases.items()}
        self._exact: dict[str, str] = {}
        self._loose: dict[str, str | None] = {}
        for name, others in self.aliases.items():
            for each in (name, *others):
                self._add(each, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.aliases)

    def __len__(self) -> int:
        return len(self.aliases)

    def find(self, answer: str) -> str | None:
        """Return the type that is meant by a name: by itself, else by its singular in American spelling.

        Args:
            answer: The name as the model wrote it.

        Returns:
            The type's own name; None if it is none of them.
        """
        words = _words(answer)
        return self._exact.get("".join(words)) or self._loose.get("".join(map(_loose, words)))

    def _add(self, name: str, of: str) -> None:
        words = _words(name)
        exact, loose = "".join(words), "".join(map(_loose, words))
        if not exact:
            raise ValueError(f"the type name {name!r} has no letter or digit")
        if says_no_type(name):
            raise ValueError(f"the name {name!r} is what the model answers for what is of no type; call the type else")
        if (before := self._exact.setdefault(exact, of)) != of or (name != of and before == name):
            raise ValueError(f"the name {name!r} stands for two types, {before!r} and {of!r}")
        # "glass" and "glasses" may well be two types, and then each has to be named as it is.
        self._loose[loose] = of if self._loose.setdefault(loose, of) == of else None


def says_no_type(answer: str) -> bool:
    """Tell whether a model says by a type's name that a candidate is no entity.

    Args:
        answer: The name as the model wrote it.
    """
    return "".join(_words(answer)) in _REFUSED


@lru_cache(maxsize=10_000)
def _words(name: str) -> tuple[str, ...]:
    """Divide a name into its words, in lower case and without accents."""
    spaced = _INSIDE_CAPITAL.sub(" ", name)
    plain = "".join(each for each in unicodedata.normalize("NFKD", spaced) if ord(each) not in _ACCENTS).casefold()
    return tuple("".join(each if _is_of_a_word(each) else " " for each in plain).split())


def _is_of_a_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character)[0] == "M"


def _loose(word: str) -> str:
    if len(word) >= _SHORTEST_PLURAL and not word.endswith(_NO_PLURALS):
        word = _with_other_end(word, _PLURALS)
    return _with_other_end(word, _SPELLINGS)


def _with_other_end(word: str, ends: Sequence[tuple[str, str]]) -> str:
    return next((word.removesuffix(end) + other for end, other in ends if word.endswith(end)), word)
