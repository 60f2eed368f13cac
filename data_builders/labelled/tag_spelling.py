"""How tags are spelt: `B-PER`, `b_per`, `PER.B`, `NONE`, brought to `B-PER` and `O`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

OUTSIDE = "O"
MARKS = "BIELSUM"
"""What the schemes put before a type: it begins, goes on, ends (E, L), stands alone (S, U), or is in the middle."""

# Outside all entities whatever else there is; the placeholders only where no column of annotations is meant, and the
# others only beside tags with marks, as a type may be called so, too.
_OUTSIDE = frozenset({"O", "o", "NONE", "None", "none", "NULL", "null", "OUTSIDE", "Outside", "outside"})
_PLACEHOLDERS = frozenset({"_", "-", "0", "*"})
_OTHERS = frozenset({"OTHER", "Other", "other", "OUT", "Out", "out"})
_SPECIAL_TOKEN = re.compile(r"\[(CLS|SEP|PAD|UNK|MASK)\]|<(s|/s|pad|unk|mask)>")
_SEVERAL = re.compile(rf"[|;,+&/]\s*(O$|[{MARKS}]-.)")
_NUMBER = re.compile(r"-?\d+")
_CANONICAL = re.compile(rf"(?P<mark>[{MARKS}])-(?P<type>.+)", re.DOTALL)
_FORMS = [
    re.compile(form, re.DOTALL)
    for marks in (MARKS, MARKS.lower())
    for separator in map(re.escape, "-_.:/|")
    for form in (rf"(?P<mark>[{marks}]){separator}(?P<type>.+)", rf"(?P<type>.+){separator}(?P<mark>[{marks}])")
]


class TagError(ValueError):
    """A tag that cannot be read under its scheme; `tag` is the tag, where one alone is at fault."""

    def __init__(self, message: str, tag: str | None = None) -> None:
        super().__init__(message)
        self.tag = tag


class SpeltTags(NamedTuple):
    """The tags of a data set in one spelling.

    Args:
        spelling: What each of its tags is called here: `O`, `B-PER`, or a plain type.
        marked: Whether those that are not `O` have marks of a scheme.
    """

    spelling: dict[str, str]
    marked: bool


def is_outside(tag: str) -> bool:
    """Tell whether a tag says `O` in letters, as `NONE` does."""
    return tag in _OUTSIDE


def is_outside_beside_marks(tag: str) -> bool:
    """Tell whether a tag says `O` if others are spelt as `B-PER` is."""
    return tag in _OUTSIDE or tag in _PLACEHOLDERS or tag in _OTHERS


def has_usual_mark(tag: str) -> bool:
    """Tell whether a tag is spelt as `B-PER` is."""
    return _CANONICAL.fullmatch(tag) is not None


def spell_tags(tags: Iterable[str], marked: bool | None = None) -> SpeltTags:
    """Bring all tags of a data set to one spelling.

    The mark of the scheme may stand before or behind the type, in capitals or not, with one of several separators,
    but in one way throughout. Spellings other than `B-PER` need a proof that what looks like a mark is one: a type
    that occurs with two of them, or two types that begin.

    Args:
        tags: All tags that occur; repeats and order do not matter.
        marked: Whether they have marks, where that is known.

    Returns:
        The spelling.

    Raises:
        TagError: If a tag is no label, only some have marks, or it cannot be told whether they have.

    Example:
        ```python
        >>> spell_tags(["b_per", "i_per", "NONE"]).spelling
        {'NONE': 'O', 'b_per': 'B-per', 'i_per': 'I-per'}

        ```
    """
    names = sorted(set(tags), key=str)
    for tag in names:
        _check(tag)
    outside = {tag: OUTSIDE for tag in names if is_outside(tag) or tag in _PLACEHOLDERS}
    named = [tag for tag in names if tag not in outside]
    if named and all(_NUMBER.fullmatch(tag) for tag in named):
        raise TagError(f"tag {named[0]!r} is a number without a name; write the names of the labels", named[0])
    spelling = {} if marked is False else _marked_spelling(named, sure=marked is True)
    if spelling:
        types = {tag[2:] for tag in spelling.values()}
        outside |= {tag: OUTSIDE for tag in named if tag in _OTHERS - types}
        named = [tag for tag in named if tag not in outside]
    several = next((tag for tag in spelling if _SEVERAL.search(tag)), None)
    if several is not None:
        raise TagError(f"tag {several!r} is several tags in one; keep one of them, such as the outermost", several)
    odd = next((tag for tag in named if tag not in spelling), None)
    if spelling and odd is not None:
        raise TagError(
            f"tag {odd!r} has no prefix but tag {next(iter(spelling))!r} has one; "
            "correct it, or pass scheme='plain' if the prefixes belong to the names of types",
            odd,
        )
    return SpeltTags(outside | (spelling or {tag: tag for tag in named}), bool(spelling))


def _check(tag: str) -> None:
    if not isinstance(tag, str) or not tag.strip():
        raise TagError(f"tag {tag!r} is not a label (a token outside all entities is tagged 'O')", tag)
    if tag.rstrip("-_").upper() in tuple(MARKS):
        raise TagError(f"tag {tag!r} is a prefix without an entity type; write for example 'B-person'", tag)
    if _SPECIAL_TOKEN.fullmatch(tag):
        raise TagError(f"tag {tag!r} is that of a special token and not of a word; leave such tokens out", tag)


def _marked_spelling(named: list[str], sure: bool) -> dict[str, str]:
    """Return `B-PER` and the like for all tags that are spelt in one way with marks; for none if types are plain."""
    canonical = {tag: tag for tag in named if _CANONICAL.fullmatch(tag)}
    if len(canonical) == len(named):
        return canonical
    spellings = [{tag: match for tag in named if (match := form.fullmatch(tag))} for form in _FORMS]
    proven = max(filter(_has_two_marks, spellings), key=len, default={})
    if canonical and len(proven) < len(named):
        return canonical
    if proven:
        return _canonical(proven)
    for matches in spellings:
        marks = {match["mark"].upper() for match in matches.values()}
        if len(matches) < len(named) or not marks & set("BI"):
            continue
        if sure or ("B" in marks and len(matches) > 1):
            return _canonical(matches)
        raise TagError(
            f"tag {named[0]!r} may be the name of a type, or a type with the mark of a scheme; "
            "pass scheme='plain' or scheme='IOB2'",
            named[0],
        )
    return {}


def _has_two_marks(matches: dict[str, re.Match[str]]) -> bool:
    """Tell whether a type begins and has another mark, too."""
    marks: dict[str, set[str]] = {}
    for match in matches.values():
        marks.setdefault(match["type"], set()).add(match["mark"].upper())
    return any("B" in found and len(found) > 1 for found in marks.values())


def _canonical(matches: dict[str, re.Match[str]]) -> dict[str, str]:
    return {tag: f"{match['mark'].upper()}-{match['type']}" for tag, match in matches.items()}
