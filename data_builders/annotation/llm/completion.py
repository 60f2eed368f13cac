"""What a model wrote, out of the body of an answer that may hold anything."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ...surrogates import without_lone_surrogates
from .cost import Usage
from .faults import BROKEN, NO_PROTOCOL, TOO_DEEP, Blame, RequestFault, error_message

NO_CHOICES = "the answer has no choices"
FILTERED = "the server's content filter stopped the reply"
REFUSED = "the model refused"
EMPTY = "the reply is empty"
WORDLESS = {NO_CHOICES, FILTERED, REFUSED, EMPTY}
"""Reasons of answers that are of the protocol and hold no words of the model."""

_MOST_TOKENS = 10_000_000  # of one request; a server that counts more does not count tokens
_THOUGHTS = {"reasoning", "thinking", "thought", "reasoning_text", "redacted_thinking"}


@dataclass(frozen=True)
class Completion:
    """What the model wrote.

    Args:
        text: The reply.
        truncated: Whether it was cut off at the limit of its length.
        usage: Its tokens; None where the server does not say.
        latency: Seconds from the request to the whole reply; None in a batch.
    """

    text: str
    truncated: bool
    usage: Usage | None
    latency: float | None


def body_of(body: bytes) -> Any:
    """Read a body as JSON, whatever its headers call it.

    Args:
        body: The body.

    Raises:
        RequestFault: If it is none.
    """
    try:
        return json.loads(body, parse_int=_int)
    except RecursionError:
        raise RequestFault(TOO_DEEP, Blame.ATTEMPT) from None
    except ValueError:
        reason = BROKEN if body.lstrip()[:1] in (b"{", b"[") else NO_PROTOCOL
        raise RequestFault(reason, Blame.ATTEMPT) from None


def read_completion(answer: Any, latency: float | None) -> Completion:
    """Read a chat completion.

    Args:
        answer: The body, read as JSON.
        latency: Seconds that it took; None in a batch.

    Raises:
        RequestFault: If it holds no reply.
    """
    if not isinstance(answer, dict) or not isinstance(answer.get("choices"), list):
        raise RequestFault(NO_PROTOCOL, Blame.ATTEMPT)
    usage = _usage(answer.get("usage"))
    choice = answer["choices"][0] if answer["choices"] else None
    if not isinstance(choice, dict) or not isinstance(choice.get("message"), dict):
        raise RequestFault(NO_CHOICES, Blame.ATTEMPT, usage=usage)
    if choice.get("finish_reason") == "content_filter":
        raise RequestFault(FILTERED, Blame.ATTEMPT, usage=usage)
    message = choice["message"]
    text, refusal = _text(message.get("content")) or _arguments(message.get("tool_calls")), message.get("refusal")
    if not text.strip():
        if isinstance(refusal, str) and refusal:
            raise RequestFault(REFUSED, Blame.ATTEMPT, error_message(refusal), usage=usage)
        raise RequestFault(EMPTY, Blame.ATTEMPT, usage=usage)
    return Completion(without_lone_surrogates(text), choice.get("finish_reason") == "length", usage, latency)


def _text(content: Any) -> str:
    """Return the text of a content, which some servers give as a list of parts, thoughts among them."""
    if isinstance(content, str):
        return content
    texts = []
    for part in content if isinstance(content, list) else [content]:
        if isinstance(part, dict) and part.get("type") not in _THOUGHTS:
            part = part.get("text")
        if isinstance(part, str):
            texts.append(part)
    return "".join(texts)


def _arguments(calls: Any) -> str:
    """Return the arguments of the first tool that a model calls in place of an answer."""
    call = calls[0] if isinstance(calls, list) and calls else None
    function = call.get("function") if isinstance(call, dict) else None
    arguments = function.get("arguments") if isinstance(function, dict) else None
    return arguments if isinstance(arguments, str) else ""


def _usage(value: Any) -> Usage | None:
    if not isinstance(value, dict):
        return None
    counts = [value.get("prompt_tokens"), value.get("completion_tokens")]
    sent, received = [count if type(count) is int and 0 <= count <= _MOST_TOKENS else None for count in counts]
    return None if sent is None or received is None else Usage(sent, received)


def _int(digits: str) -> int:
    """Read a whole number; Python refuses those of thousands of digits, and the answer with them."""
    return int(digits[:20])
