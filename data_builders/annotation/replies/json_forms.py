"""Find the JSON in a reply: alone, in fences, in prose, slightly broken, or cut off."""

from __future__ import annotations

import json
import re
from typing import Any, Literal, NamedTuple

JsonForm = Literal["json", "fenced", "prose", "repaired", "cut"]

# What opens JSON, and not a bracket in prose such as "[Smith]" or "{see below}".
_OPENING = re.compile(r"""[{\[](?=\s*(?:["'{\[\]}]|$|\w+"?\s*:))""")
_BRACKETS_AND_QUOTES = re.compile(r'[\[\]{}"]|\\.', re.DOTALL)
_CLOSER_OF = {"{": "}", "[": "]"}
_SURROGATE_PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_CLOSING = re.compile(r"[\]}]")
# The reply's object and its list: what stands within them is one entity, or the result of one sentence.
_BRACKETS_AROUND_AN_ITEM = 2

_DECODER = json.JSONDecoder(strict=False)  # models write line breaks inside of strings


class FoundJson(NamedTuple):
    """The JSON of a reply.

    Args:
        values: The values found, in order; none for a reply without JSON.
        form: How they stood there.
    """

    values: list[Any]
    form: JsonForm


def find_json(reply: str, truncated: bool = False) -> FoundJson:
    """Return every JSON value of a reply, read strictly where that is possible and repaired where not.

    Args:
        reply: What the model wrote.
        truncated: Whether it was cut off at the limit of its length. Of such a reply, and of one that can be
            seen to end in the middle of an item, the items that are whole are returned.

    Example:
        ```python
        >>> find_json('Sure! {"entities": []}')
        FoundJson(values=[{'entities': []}], form='prose')
        >>> find_json('[{"text": "Ada", "concept": "person"}, {"text": "Bo", "conc')
        FoundJson(values=[[{'text': 'Ada', 'concept': 'person'}]], form='cut')

        ```
    """
    try:
        return FoundJson([_DECODER.decode(reply)], "json")
    except (ValueError, RecursionError):
        pass
    first = _OPENING.search(reply)
    if first is None:
        return FoundJson([], "prose")
    values = _strict_values(reply, first.start())
    if values is not None:
        return FoundJson(values, "fenced" if "```" in reply[: first.start()] else "prose")
    broken = reply[first.start() :]
    if truncated or _ends_inside_an_item(broken):
        return FoundJson(_repaired(_whole_items(broken)), "cut")
    return FoundJson(_repaired(broken), "repaired")


def _strict_values(reply: str, position: int) -> list[Any] | None:
    """Return the JSON values that stand in prose, or None if one of them is broken."""
    values = []
    opening = _OPENING.search(reply, position)
    while opening is not None:
        try:
            value, end = _DECODER.raw_decode(reply, opening.start())
        except (ValueError, RecursionError):
            return None
        values.append(value)
        opening = _OPENING.search(reply, end)
    return values


def _ends_inside_an_item(broken: str) -> bool:
    """Tell whether a bracket opens after the last one that closes, as in a reply that was cut off."""
    closing = 0
    for bracket in _CLOSING.finditer(broken):
        closing = bracket.end()
    return "{" in broken[closing:] or "[" in broken[closing:]


def _whole_items(broken: str) -> str:
    """Return a reply up to the last item that is whole, with the brackets closed that are open there."""
    end, closers = 0, ""
    open_brackets = []
    in_string = False
    for match in _BRACKETS_AND_QUOTES.finditer(broken):
        symbol = match.group()
        if symbol == '"':
            in_string = not in_string
        elif in_string or len(symbol) == 2:
            continue
        elif symbol in _CLOSER_OF:
            open_brackets.append(symbol)
        else:
            del open_brackets[-1:]
            if symbol == "}" and len(open_brackets) <= _BRACKETS_AROUND_AN_ITEM:
                end, closers = match.end(), "".join(_CLOSER_OF[bracket] for bracket in reversed(open_brackets))
    return broken[:end] + closers


def _repaired(broken: str) -> list[Any]:
    try:
        return [_DECODER.decode(broken)]  # what was cut off is often sound up to there
    except (ValueError, RecursionError):
        pass
    from json_repair import repair_json

    # The repair would leave a pair of escaped surrogates as two characters.
    broken = _SURROGATE_PAIR.sub(lambda pair: json.loads(f'"{pair.group()}"'), broken)
    try:
        value = repair_json(broken, return_objects=True, skip_json_loads=True)
    except (ValueError, RecursionError):
        return []
    return [] if value == "" else [value]
