"""Read entities that stand one a line, with a mark between text and concept."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....raw_entity import SEPARATOR, EitherWay, RawEntity
from ..no_entities import says_nothing

# What may stand between an entity and its concept, the clearest first. The last ones also stand in prose.
_ARROWS = ("->", "\u2192", "=>", "\u21d2", "\u27f6", "\u27a1", "::", "|", "\t")
_WEAK = (": ", "\uff1a", " - ", " \u2013 ", " \u2014 ", " = ", " (", " [", "\uff08", " is an ", " is a ")
_CLOSERS = {" (": ")", " [": "]", "\uff08": "\uff09"}
# A bullet, a number, a letter, or a picture; "1911: year" begins with a text.
_LIST_MARK = re.compile(
    r"(?:[-*+>\u2013\u2014]|\(?\d{1,4}[.)]|\d{1,2}:(?=.{1,120}[:>|(\u2192])|\[\d{1,2}\]|\(?[a-zA-Z]\))[ \t]+"
    r"|[\u2022\u2023\u25e6\u00b7\u30fb\u2190-\u21ff\u2460-\u24ff\u25a0-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff\ufe0f]+"
    r"[ \t]*"
)
_BRACKETED = re.compile(
    r"[\[(\u3010\u300a<]([^\[\]()\u3010\u3011\u300a\u300b<>]{1,100})[\])\u3011\u300b>][ \t]*(?![ \t:])(.+)"
)
_CORRECTION = re.compile(
    r"\b(?:wait|correct(?:ed|ion|ing)?|actually|revis(?:ed|ion)|instead|final|mistake|oops|better|again|improved|"
    r"korrig\w*|korrekt\w*|berichtig\w*|corrig\w*|corrige\w*|correg\w*|corret\w*|corrett\w*|popraw\w*|definitiv\w*|"
    r"\u0438\u0441\u043f\u0440\u0430\u0432\w*|\u0438\u0442\u043e\u0433\w*)\b|\u66f4\u6b63|\u4fee\u6b63|\u6700\u7ec8",
    re.IGNORECASE,
)
_MOST_WORDS = 8
_LONGEST_SIDE = 120


def without_list_mark(line: str) -> str:
    """Return a line without white space around it and the bullet or number that it may begin with.

    Example:
        ```python
        >>> without_list_mark("  2. Genoa")
        'Genoa'

        ```
    """
    line = line.strip()
    mark = _LIST_MARK.match(line)
    return line[mark.end() :].strip() if mark else line


def one_a_line(lines: list[str]) -> list[str]:
    """Return lines of which each holds one entity, or one part of it, where some hold several.

    Example:
        ```python
        >>> one_a_line(["Genoa (city), Ada (person)", "text: Genoa, concept: city"])
        ['Genoa (city)', 'Ada (person)', 'text: Genoa', 'concept: city']

        ```
    """
    return [piece for line in lines for piece in _pieces(line)]


def _pieces(line: str) -> list[str]:
    for separator in ("; ", ", ", " | ", "\uff1b", "\u3001", "\uff0c"):
        pieces = [piece.strip().removeprefix("and ") for piece in line.rstrip(" .\u3002").split(separator)]
        if len(pieces) < 2:
            continue
        if all(SEPARATOR in piece for piece in pieces) and (separator == "; " or len(pieces) > 2):
            return pieces
        if SEPARATOR not in line and all(_ends_in_brackets(piece) for piece in pieces):
            return [pieces[0].rpartition(": ")[2], *pieces[1:]]
        if any(all(mark in piece for piece in pieces) for mark in (": ", "\uff1a", " -> ", "\u2192")):
            return pieces
    return [line]


def _ends_in_brackets(piece: str) -> bool:
    return (piece.endswith(")") and " (" in piece) or (piece.endswith("\uff09") and "\uff08" in piece)


def is_correction(text: str) -> bool:
    """Tell whether a text between two answers says that the second one corrects the first."""
    return _CORRECTION.search(text) is not None


def takes_back(lines: list[str]) -> bool:
    """Tell whether the last of some lines says that what stands before was wrong, and that there is nothing.

    Args:
        lines: The lines of an answer.
    """
    said = [line for line in lines if line.strip()]
    return len(said) > 0 and says_nothing(said[-1]) and any(map(is_correction, said[-2:]))


def contract_lines(lines: list[str]) -> list[str]:
    """Return the lines of `entity <> concept <> description`, those behind the last correction if there are any."""
    return last_version([(line, SEPARATOR in line) for line in lines])


def last_version(lines: list[tuple[str, bool]]) -> list[str]:
    """Return the lines that hold an entity, of several versions of an answer those of the last one.

    Args:
        lines: Each line, and whether it holds an entity.
    """
    version: list[str] = []
    corrected = False
    for line, holds in lines:
        if holds:
            if corrected:
                version, corrected = [], False
            version.append(line)
        elif not corrected and version and is_correction(line):
            corrected = True
    return version


def marked_lines(lines: list[str]) -> list[RawEntity]:
    """Read lines such as `Genoa -> city`, `- Genoa: city`, `**Genoa** (city)`, of which either side may be the text.

    A mark that also stands in prose counts in lists only, and in lines of which there are more.
    """
    split = [(line, sides_of(line)) for line in lines if line.strip()]
    strong = sum(sides is not None and sides[0] for _, sides in split)
    listed = sum(sides is not None and _is_listed(line) for line, sides in split)
    short = sum(sides is not None for _, sides in split)
    if not strong and not listed and not (short >= 2 and 2 * short > len(split)):
        return []
    kept = last_version([(line, sides is not None and (sides[0] or not strong)) for line, sides in split])
    return [entity for line in kept for entity in _entity(line)]


def _is_listed(line: str) -> bool:
    line = line.strip()
    if line.startswith(("[", "\u3010")):
        return line.count(line[0]) == 1
    return _LIST_MARK.match(line) is not None or line.startswith(("**", "`", '"', "\u201c"))


def _entity(line: str) -> Iterator[EitherWay]:
    sides = sides_of(line)
    if sides is not None:
        concept, description = described(sides[2])
        yield EitherWay(sides[1], concept, description)


def described(concept: str) -> tuple[str, str | None]:
    """Divide what stands behind an entity into its concept and its description, if there is one.

    Example:
        ```python
        >>> described("city - a large town"), described("city")
        (('city', 'a large town'), ('city', None))

        ```
    """
    marks = [(position, mark) for mark in (*_ARROWS, *_WEAK, "; ") if (position := concept.find(mark)) > 0]
    if not marks:
        return concept.strip(), None
    position, mark = min(marks)
    description = concept[position + len(mark) :].strip(" -\u2013|")
    return concept[:position].strip(), (description.removesuffix(")") if mark == " (" else description) or None


def sides_of(line: str) -> tuple[bool, str, str] | None:
    """Return whether the mark of a line is a clear one, and what stands on its sides; None where there is no mark."""
    content = without_list_mark(line).replace("**", "")
    if not content or len(content) > 4 * _LONGEST_SIDE:
        return None
    for marks, strong in ((_ARROWS, True), (_WEAK, False)):
        found = [(position, mark) for mark in marks if (position := content.find(mark)) > 0]
        if found:
            position, mark = min(found)
            left, right = content[:position].strip(" |"), content[position + len(mark) :].strip(" |")
            right = right.partition(_CLOSERS[mark])[0] if mark in _CLOSERS else right
            if left and right and len(left) <= _LONGEST_SIDE and len(left.split()) <= _MOST_WORDS:
                return strong, left, right
            return None
    bracketed = _BRACKETED.match(content)
    return (False, bracketed[1], bracketed[2].strip()) if bracketed is not None else None
