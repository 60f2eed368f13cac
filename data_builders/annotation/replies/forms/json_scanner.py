"""Read JSON that is not quite JSON, in one pass: what models write for it, and what is left of it when it is cut."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ....surrogates import without_lone_surrogates
from ..entity_keys import names_a_part

MOST_BRACKETS = 32
"""Brackets that may be open at once; no answer needs so many."""

MOST_STRINGS = 15_000
"""Strings in one value that are not plain ones; what follows is taken for cut off."""

MOST_ITEMS = 3000
"""Brackets in one value; what follows is taken for cut off."""

_TOKEN = re.compile(
    r"""\s*(?: "(?P<simple>[^"\\\n]*)"(?=\s?[,:}\])=\uff0c\uff1a]|[ \t]?\n)
    | '(?P<single>[^'\\\n]*)'(?=\s?[,:}\])=\uff0c\uff1a]|[ \t]?\n)
    | (?P<comma>[,;\uff0c\u3001\uff1b]) | (?P<colon>[:\uff1a]|=>?) | (?P<open>[{\[(]) | (?P<close>[}\])])
    | (?P<quote>["'`\u201c\u201e\u2018\u00ab]) | (?P<comment>/\*) | //[^\n]* | \#[^\n]* | \.\.\.|\u2026
    | (?P<word>[^\s,;:{}\[\]()"'`=\uff0c\uff1a][^,;:{}\[\]"\n=\uff0c\uff1a]*) | (?P<other>.) | \Z)""",
    re.VERBOSE | re.DOTALL,
)
_CLOSER = {"{": "}", "[": "]", "(": ")"}
_CLOSING_QUOTES = {"\u201c": "\u201d", "\u201e": "\u201c\u201d", "\u2018": "\u2019", "\u00ab": "\u00bb"}
# What stands behind a quote that ends a string, and not behind one inside of it.
_BEHIND_A_STRING = re.compile(
    r"""[ \t]*(?:[:=}\])\n\r\uff1a\uff0c]
    |"[\w ]{1,40}"\s{0,9}:
    |,\s*(?:["'`\u201c\u201e\u2018\u00ab{\[(}\])]|//|/\*|[\w-]{1,40}["']?\s{0,9}:|[-\d.]|(?:true|false|null|None)\b|$))
    |["{\[]|$""",
    re.VERBOSE,
)
_STRING_MARKS = {
    mark: re.compile(rf"\\.|[{mark}{_CLOSING_QUOTES.get(mark, '')}]", re.DOTALL)
    for mark in "\"'`\u201c\u201e\u2018\u00ab"
}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0", "\n": ""}
_CONSTANTS = {"null": None, "none": None, "nan": None, "undefined": None, "true": True, "false": False}
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?\Z")
_ANOTHER_ITEM = re.compile(r"\s*,\s*[{\[\"']")

_NOTHING = object()


class ScannedJson(NamedTuple):
    """A value that was read with tolerance.

    Args:
        value: The value; None where nothing of it is whole.
        end: Where it ends in the text.
        cut: Whether a part of it was left out, because the text ends in the middle of it.
    """

    value: Any
    end: int
    cut: bool


class _Open:
    """A bracket that is open, and what it holds so far."""

    __slots__ = ("bracket", "closer", "has_colon", "items", "key", "pairs")

    def __init__(self, bracket: str) -> None:
        self.bracket = bracket
        self.closer = _CLOSER[bracket]
        self.items: list[Any] = []
        self.pairs: list[tuple[str, Any]] = []
        self.key: Any = _NOTHING
        self.has_colon = False

    def add(self, value: Any) -> None:
        if self.bracket != "{":
            self.items.append(value)
        elif self.key is _NOTHING:
            self.key = value
        else:
            self.pairs.append((_name(self.key), value))
            self.key, self.has_colon = _NOTHING, False

    def colon(self) -> None:
        """Expect a value; brackets with names in them are those of a call."""
        if self.bracket == "(" and self.items:
            self.bracket, self.key = "{", self.items.pop()
        self.has_colon = True

    def comma(self) -> None:
        """End an item; a key without a value is an item of a set."""
        if self.key is not _NOTHING:
            if not self.has_colon:
                self.items.append(self.key)
            self.key, self.has_colon = _NOTHING, False

    def value(self) -> Any:
        self.comma()
        if self.bracket != "{":
            return self.items
        return self.items if self.items and not self.pairs else object_of(self.pairs)


def object_of(pairs: list[tuple[str, Any]]) -> Any:
    """Make an object of its pairs without losing any: a repeated name begins another object, or lengthens a list.

    Args:
        pairs: Names and values in their order.

    Example:
        ```python
        >>> object_of([("city", "Genoa"), ("city", "Lisbon")])
        {'city': ['Genoa', 'Lisbon']}
        >>> object_of([("text", "Ada"), ("concept", "person"), ("text", "May"), ("concept", "month")])
        [{'text': 'Ada', 'concept': 'person'}, {'text': 'May', 'concept': 'month'}]

        ```
    """
    values = dict(pairs)
    if len(values) == len(pairs):
        return values
    first = pairs[0][0]
    if len(values) > 1 and all(sum(name == each for each, _ in pairs) > 1 for name in [first, pairs[1][0]]):
        objects: list[dict[str, Any]] = []
        for name, value in pairs:
            if name == first or not objects:
                objects.append({})
            objects[-1][name] = value
        return objects
    joined: dict[str, Any] = {}
    repeated: set[str] = set()
    for name, value in pairs:
        if name not in joined:
            joined[name] = value
            continue
        if name not in repeated:
            repeated.add(name)
            joined[name] = joined[name][:] if isinstance(joined[name], list) else [joined[name]]
        joined[name] += value if isinstance(value, list) else [value]
    return joined


def scan_json(text: str, start: int, truncated: bool = False) -> ScannedJson:
    """Read the value that begins at a bracket.

    Commas may be missing or too many, strings may stand in any quotes or none and hold quotes, names of Python,
    comments, tuples and dots are understood. Where the text ends first, what is whole is kept: an item that stands in
    a list, or is an entity, counts as whole when its bracket has closed.

    Args:
        text: What holds the value.
        start: Where its bracket stands.
        truncated: Whether the text is known to be cut off.

    Example:
        ```python
        >>> scan_json("[{'text': 'Ada', 'concept': None,}, {'text': 'Bo'", 0)
        ScannedJson(value=[{'text': 'Ada', 'concept': None}], end=49, cut=True)

        ```
    """
    stack: list[_Open] = []
    position, length, items, strings = start, len(text), 0, 0
    match = _TOKEN.match
    while position < length:
        token = match(text, position)
        assert token is not None  # anything is some token
        kind, position = token.lastgroup, token.end()
        if kind == "simple" or kind == "single":
            stack[-1].add(token[kind])
        elif kind == "comma":
            stack[-1].comma()
        elif kind == "colon":
            stack[-1].colon()
        elif kind == "close":
            value = _close(stack, token["close"], text, position)
            if not stack:
                return ScannedJson(value, position, False)
        elif kind == "open":
            items += 1
            if len(stack) == MOST_BRACKETS or items > MOST_ITEMS:
                return _cut(stack, length, True)
            stack.append(_Open(token["open"]))
        elif kind == "quote":
            strings += 1
            value, position = _string(text, token.start("quote"))
            if value is None or strings > MOST_STRINGS:
                return _cut(stack, length, True)
            stack[-1].add(value)
        elif kind == "word":
            if position == length:  # nothing tells whether its end is there
                return _cut(stack, length, True)
            word = token["word"]
            if ")" in word and "(" not in word:  # the end of a tuple, and not of "Genoa (Italy)"
                word = word[: word.index(")")]
                position = token.start("word") + len(word)
            stack[-1].add(_word(word))
        elif kind == "comment":
            end = text.find("*/", position)
            position = length if end == -1 else end + 2
    return _cut(stack, length, truncated)


def _close(stack: list[_Open], closer: str, text: str, position: int) -> Any:
    """Close the innermost bracket of a kind and those in it; return the value of the outermost that is closed."""
    matching = len(stack) - 1
    if stack[-1].closer != closer:
        while matching >= 0 and stack[matching].closer != closer:
            matching -= 1
        if matching < 0 or _ANOTHER_ITEM.match(text, position):
            return None  # one bracket too many: the list goes on
    value: Any = None
    while len(stack) > matching:
        value = stack.pop().value()
        if stack:
            stack[-1].add(value)
    return value


def _cut(stack: list[_Open], end: int, truncated: bool = False) -> ScannedJson:
    """Close what is open where the text ends, without what is half."""
    value: Any = None
    cut = truncated
    while stack:
        innermost = stack.pop()
        if innermost.has_colon or innermost.key is not _NOTHING:
            innermost.key, innermost.has_colon, cut = _NOTHING, False, True
        if stack and stack[-1].bracket != "{":
            cut = True  # an item of a list
            continue
        if innermost.bracket == "{" and _is_half(innermost.pairs):
            cut = True  # an entity, or nothing yet
            continue
        value = innermost.value()
        if stack:
            stack[-1].add(value)
    return ScannedJson(value, end, cut)


def _is_half(pairs: list[tuple[str, Any]]) -> bool:
    """Tell whether the first pairs of an object are of no use without the others."""
    holds_more = any(isinstance(inner, (list, dict)) for _, inner in pairs)
    return not holds_more and (not pairs or any(names_a_part(name) for name, _ in pairs))


def _string(text: str, start: int) -> tuple[str | None, int]:
    """Return a string and where it ends; None where the text ends first."""
    for mark in _STRING_MARKS[text[start]].finditer(text, start + 1):
        if mark.end() - mark.start() == 1 and _BEHIND_A_STRING.match(text, mark.end()):
            return unescaped(text[start + 1 : mark.start()]), mark.end()
    return None, len(text)


def unescaped(text: str) -> str:
    r"""Return a text without its backslashes, the halves of escaped characters joined.

    Example:
        ```python
        >>> unescaped(r"S\u00e3o Paulo \ud83d\ude00")
        'São Paulo 😀'

        ```
    """
    return without_lone_surrogates(_ESCAPE.sub(_character, text)) if "\\" in text else text


def _character(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2]
    return chr(int(code, 16)) if code else _ESCAPED.get(escape[3], escape[3])


def _word(word: str) -> Any:
    word = word.strip()
    if word.lower() in _CONSTANTS:
        return _CONSTANTS[word.lower()]
    if _NUMBER.match(word):
        return float(word) if "." in word else int(word)
    return word


def _name(key: Any) -> str:
    return key if isinstance(key, str) else str(key) if isinstance(key, (int, float)) else ""
