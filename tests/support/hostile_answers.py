"""Answers of servers that are broken or mean harm, for `openai_server.py`."""

from __future__ import annotations

import asyncio
import email.utils
import gzip
import json
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from support.openai_server import Connection

REPLIES = {
    "nested reply": "[" * 1000 + "]" * 1000,
    "nested object reply": '{"entities": ' * 1000 + "1" + "}" * 1000,
    "bracketed reply": '{"entities": [' + "[{" * 8000,
    "repeated reply": '{"text": "Paris", "concept": ' * 4000,
    "long reply": '{"entities": [' + '{"text": "Paris", "concept": "city"}, ' * 10_000,
}
"""Kind -> what the model says."""

USAGES: dict[str, Any] = {
    "huge usage": {"prompt_tokens": 10**30, "completion_tokens": 10**400},
    "negative usage": {"prompt_tokens": -5, "completion_tokens": -(2**63)},
    "worded usage": {"prompt_tokens": "many", "completion_tokens": None},
    "fractional usage": {"prompt_tokens": float("nan"), "completion_tokens": float("inf")},
}
"""Kind -> the tokens that a whole answer names."""

WAITS = {
    "429 for 31 years": (429, "1000000000"),
    "500 for 31 years": (500, "1000000000"),
    "400 for 31 years": (400, "1000000000"),
    "404 for 31 years": (404, "1000000000"),
    "429 at once": (429, "0"),
    "429 negative": (429, "-10"),
    "503 in the past": (503, email.utils.formatdate(1, usegmt=True)),
}
"""Kind -> status and `Retry-After`."""

TRANSPORT = ("nested body", "drip", "bomb", "endless", "redirect", "no body")
SURROGATES = "surrogates"

KINDS = (*REPLIES, *USAGES, *WAITS, *TRANSPORT, SURROGATES)


def change_completion(kind: str, completion: dict[str, Any]) -> None:
    """Put a fault into a completion, if it is of a kind that stands there."""
    message = completion["choices"][0]["message"]
    if kind in REPLIES:
        message["content"] = REPLIES[kind]
    elif kind in USAGES:
        completion["usage"] = USAGES[kind]
    elif kind == SURROGATES:
        message["content"] = message["content"].replace("Paris", "Paris \ud83d").replace("a word", "\udc00")


def send(kind: str, completion: dict[str, Any], connection: Connection) -> bool:
    """Send a fault of the transport, if it is of such a kind."""
    if kind in WAITS:
        status, wait = WAITS[kind]
        connection.answer(status, {"error": {"message": "Not now."}}, {"retry-after": wait})
    elif kind == "nested body":
        connection.answer_bytes(200, b'{"choices": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "application/json")
    elif kind == "drip":
        _drip(json.dumps(completion).encode(), connection)
    elif kind == "bomb":
        body = _bomb()
        connection.answer_bytes(200, body, "application/json", {"content-encoding": "gzip"})
    elif kind == "endless":
        connection.transport.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n")
        _send_without_end(connection)
    elif kind == "redirect":
        connection.answer(307, {}, {"location": "/v1/chat/completions?again"})
    elif kind == "no body":
        connection.answer_bytes(200, b"", "application/json")
    else:
        return False
    return True


def _drip(body: bytes, connection: Connection) -> None:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    connection.transport.write(head.encode())

    def drop(position: int) -> None:
        if position < len(body) and not connection.transport.is_closing():
            connection.transport.write(body[position : position + 1])
            asyncio.get_running_loop().call_later(0.1, drop, position + 1)

    drop(0)


def _send_without_end(connection: Connection) -> None:
    """Send until the client hangs up, and no more at a time than it takes."""
    if connection.transport.is_closing() or time.monotonic() > connection.opened + 60:
        return
    if connection.transport.get_write_buffer_size() < 2**20:
        connection.transport.write(b" " * 2**16)
    asyncio.get_running_loop().call_later(0.001, _send_without_end, connection)


@lru_cache
def _bomb() -> bytes:
    """Some kilobytes that are many megabytes."""
    return gzip.compress(b" " * 2**26)
