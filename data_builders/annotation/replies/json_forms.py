"""Find the JSON in a reply: alone, in fences, in prose, slightly broken, or cut off."""

from __future__ import annotations

import json
import re
from typing import Any, Literal, NamedTuple

from .json_scanner import object_of, scan_json

JsonForm = Literal["json", "fenced", "prose", "repaired", "cut"]

# What opens JSON, and not a bracket in prose such as "[Smith]" or "{see below}".
_OPENING = re.compile(r"""[{\[](?=\s*(?:["'`\u201c{\[(\]}]|//|/\*|\#|$|\w+["']?\s{0,9}:))""")

_MOST_PIECES = 1000  # no answer comes in so many

_DECODER = json.JSONDecoder(strict=False)  # models write line breaks inside of strings
_KEEPS_ALL_NAMES = json.JSONDecoder(strict=False, object_pairs_hook=object_of)


class JsonPiece(NamedTuple):
    """A JSON value of a reply.

    Args:
        value: The value; None also where nothing of it is whole.
        start: Where it begins.
        end: Where it ends.
        form: How it stood there.
    """

    value: Any
    start: int
    end: int
    form: JsonForm


def find_json(reply: str, truncated: bool = False) -> list[JsonPiece]:
    """Return every JSON value of a reply, read strictly where that is possible and with tolerance where not.

    Args:
        reply: What the model wrote.
        truncated: Whether it was cut off at the limit of its length. Of such a reply, and of one that can be
            seen to end in the middle of an item, the items that are whole are returned.

    Example:
        ```python
        >>> find_json('Sure! {"entities": []}')
        [JsonPiece(value={'entities': []}, start=6, end=22, form='prose')]
        >>> find_json('[{"text": "Ada", "concept": "person"}, {"text": "Bo", "conc')
        [JsonPiece(value=[{'text': 'Ada', 'concept': 'person'}], start=0, end=59, form='cut')]

        ```
    """
    pieces: list[JsonPiece] = []
    strictly = True
    opening = _OPENING.search(reply)
    while opening is not None and len(pieces) < _MOST_PIECES:
        start = opening.start()
        form: JsonForm = "fenced" if not pieces and "```" in reply[:start] else pieces[-1].form if pieces else "prose"
        form = form if form in ("fenced", "prose") else "prose"
        if strictly:
            try:
                value, end = _KEEPS_ALL_NAMES.raw_decode(reply, start)
            except (ValueError, RecursionError):
                strictly = False  # tried once: each failure may have read all that is left
        if not strictly:
            value, end, cut = scan_json(reply, start, truncated)
            form = "cut" if cut else "repaired"
        pieces.append(JsonPiece(value, start, end, form))
        opening = _OPENING.search(reply, end)
    return pieces


def whole_json(reply: str) -> tuple[Any] | None:
    """Return the value of a reply that is JSON and nothing else, None for any other reply.

    Args:
        reply: What the model wrote.
    """
    try:
        return (_DECODER.decode(reply),)
    except (ValueError, RecursionError):
        return None


def with_all_names(reply: str) -> Any:
    """Return the value of a reply that is JSON, with all that stands under names that an object has twice."""
    return _KEEPS_ALL_NAMES.decode(reply)
