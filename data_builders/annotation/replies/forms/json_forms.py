"""Find the JSON in a reply: alone, in fences, in prose, slightly broken, or cut off."""

from __future__ import annotations

import json
import re
from typing import Any, Literal, NamedTuple

from .json_scanner import object_of, scan_json

JsonForm = Literal["json", "fenced", "prose", "repaired", "cut"]

# What opens JSON, and not a bracket in prose such as "[Smith]" or "{see below}".
_OPENING = re.compile(
    r"""[{\[](?=\s*(?:["'`\u201c{\[(\]}]|//|/\*|\#|$|\w+["']?\s{0,9}[:\uff1a]))
    |\{(?=[\w.'-]{1,30}(?:[ ][\w.'-]{1,30}){1,4}:)
    |\((?=\w{1,40}\s?=|["\u201c])""",
    re.VERBOSE,
)

_MOST_PIECES = 500  # no answer comes in so many

_DECODER = json.JSONDecoder(strict=False)  # models write line breaks inside of strings
_KEEPS_ALL_NAMES = json.JSONDecoder(strict=False, object_pairs_hook=object_of)


class JsonPiece(NamedTuple):
    """A JSON value of a reply.

    Args:
        value: The value; None also where nothing of it is whole.
        end: Where it ends.
        form: How it stood there.
        start: Where it begins.
    """

    value: Any
    end: int
    form: JsonForm
    start: int = 0


def find_json(reply: str, truncated: bool = False) -> list[JsonPiece]:
    """Return every JSON value of a reply, read strictly where that is possible and with tolerance where not.

    Args:
        reply: What the model wrote.
        truncated: Whether it was cut off at the limit of its length. Of such a reply, and of one that can be
            seen to end in the middle of an item, the items that are whole are returned.

    Example:
        ```python
        >>> find_json('Sure! {"entities": []}')
        [JsonPiece(value={'entities': []}, end=22, form='prose', start=6)]
        >>> find_json('[{"text": "Ada", "concept": "person"}, {"text": "Bo", "conc')
        [JsonPiece(value=[{'text': 'Ada', 'concept': 'person'}], end=59, form='cut', start=0)]

        ```
    """
    pieces: list[JsonPiece] = []
    opening = _OPENING.search(reply)
    whole: JsonForm = "fenced" if opening is not None and "```" in reply[: opening.start()] else "prose"
    strictly = True
    while opening is not None and len(pieces) < _MOST_PIECES:
        start = opening.start()
        try:
            # Tried until it fails once: each failure may have read all that is left.
            piece = JsonPiece(*_decoded(reply, start), whole) if strictly else None
        except (ValueError, RecursionError):
            piece, strictly = None, False
        if piece is None:
            value, end, cut = scan_json(reply, start, truncated)
            piece = JsonPiece(value, end, "cut" if cut else "repaired")
        pieces.append(piece._replace(start=start))
        opening = _OPENING.search(reply, piece.end)
    return pieces


def whole_json(reply: str) -> tuple[Any] | None:
    """Return the value of a reply that is JSON and nothing else, None for any other reply.

    Args:
        reply: What the model wrote, without white space around it.
    """
    try:
        value, end = _decoded(reply, 0)
    except (ValueError, RecursionError):
        return None
    return (value,) if end == len(reply) else None


def _decoded(text: str, start: int) -> tuple[Any, int]:
    value, end = _DECODER.raw_decode(text, start)
    if isinstance(value, dict) and isinstance(value.get("entities"), list):
        return value, end
    return _KEEPS_ALL_NAMES.raw_decode(text, start)  # what most replies do not need takes twice as long
