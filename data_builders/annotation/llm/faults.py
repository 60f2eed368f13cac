"""What can go wrong with a request, and what follows from it."""

from __future__ import annotations

from enum import Enum
from typing import Any

import openai

from .cost import NO_USAGE, Usage
from .waiting import retry_after


class Blame(Enum):
    """Where a fault lies, which decides what follows."""

    SERVER = "server"
    """The server or the way to it, at the moment: ask again for as long as the run has patience."""
    ATTEMPT = "attempt"
    """This attempt: ask again, a limited number of times."""
    SENTENCE = "sentence"
    """What was asked: the same request would fail again."""
    SETTINGS = "settings"
    """The key, the quota, the model or the address: no request can succeed."""


class RequestFault(Exception):
    """A request without a usable reply.

    Args:
        reason: What went wrong, the same words for every fault of its kind, to count by.
        blame: Where the fault lies.
        detail: What the server said.
        status: The HTTP status of an error, or None.
        retry_after: Seconds that the server asks to wait, or None.
        usage: Tokens that had to be paid for in spite of it; None where that is not known.
    """

    def __init__(
        self,
        reason: str,
        blame: Blame,
        detail: str = "",
        *,
        status: int | None = None,
        retry_after: float | None = None,
        usage: Usage | None = None,
    ) -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.blame = blame
        self.detail = detail
        self.status = status
        self.retry_after = retry_after
        self.usage = usage


NO_CONNECTION = "no connection to the server"
NO_PROTOCOL = "the answer is not of the OpenAI protocol"
BROKEN = "the answer is broken JSON"
TOO_DEEP = "the answer is nested too deeply"

MAX_BODY_BYTES = 4 * 2**20
"""The longest body that is read, decompressed: many times that of the longest reply."""

# Overloaded, restarting or unreachable behind a gateway: nothing that the sentence has done.
_SERVER_STATUSES = {429, 502, 503, 504, 520, 521, 522, 523, 524, 529}
_SETTINGS_STATUSES = {401, 402, 404, 405}
_ATTEMPT_STATUSES = {408, 409, 425}
_LONGEST_MESSAGE = 2000
_CONNECTING = {"ConnectError", "ConnectTimeout", "PoolTimeout"}


class BodyTooLarge(openai.OpenAIError):
    """A body that was not read to its end because it is too long."""


class RequestTooSlow(openai.OpenAIError):
    """A request that took longer in all than it may."""


def fault_of(error: openai.OpenAIError, timeout: float) -> RequestFault:
    """Say what an error of the `openai` client means for the run.

    Args:
        error: The error.
        timeout: The time-out that the request had, in seconds.
    """
    if isinstance(error, openai.APIStatusError):
        return status_fault(error.status_code, error.body, retry_after(error.response.headers))
    if BodyTooLarge in (type(error), type(error.__cause__)):
        return RequestFault(f"the answer is longer than {MAX_BODY_BYTES // 2**20} MiB", Blame.ATTEMPT)
    if RequestTooSlow in (type(error), type(error.__cause__)):
        return RequestFault(f"no reply within {timeout:g} s", Blame.ATTEMPT)
    cause = type(error.__cause__).__name__
    if cause in _CONNECTING:
        return RequestFault(NO_CONNECTION, Blame.SERVER, str(error.__cause__), usage=NO_USAGE)
    if isinstance(error, openai.APITimeoutError):
        return RequestFault(f"no reply within {timeout:g} s", Blame.ATTEMPT)
    if isinstance(error, openai.APIConnectionError):
        return RequestFault("the connection was cut", Blame.ATTEMPT, str(error.__cause__ or error))
    return RequestFault(NO_PROTOCOL, Blame.ATTEMPT, str(error))


def status_fault(status: int, error: Any, wait: float | None = None) -> RequestFault:
    """Say what an HTTP status means for the run.

    Args:
        status: The status.
        error: The error that the body describes: `code`, `message` and more, where it is an object.
        wait: Seconds that the server asks to wait, or None.
    """
    message = error_message(error)
    if isinstance(error, dict) and "insufficient_quota" in (error.get("code"), error.get("type")):
        return RequestFault("the quota is used up", Blame.SETTINGS, message, status=status, usage=NO_USAGE)
    if status in _SERVER_STATUSES:
        blame = Blame.SERVER
    elif status in _SETTINGS_STATUSES:
        blame = Blame.SETTINGS
    elif status >= 500 or status < 400 or status in _ATTEMPT_STATUSES:
        blame = Blame.ATTEMPT
    else:
        blame = Blame.SENTENCE
    return RequestFault(f"HTTP {status}", blame, message, status=status, retry_after=wait, usage=NO_USAGE)


def error_message(body: Any) -> str:
    """Return what the server says in the body of an error, on one line; an empty string for a page of HTML."""
    if isinstance(body, dict):
        body = body.get("message") or body.get("error") or body.get("detail") or ""
    text = body if isinstance(body, str) else "" if body is None else _shown(body)
    text = " ".join("".join(c if c.isprintable() else " " for c in text[:_LONGEST_MESSAGE]).split())
    return "" if text.startswith("<") else text[:500]


def _shown(body: Any) -> str:
    try:
        return str(body)
    except (RecursionError, ValueError):  # nested too deeply, or a number of too many digits
        return ""


class ServerGone(Exception):
    """The server does not answer any more, or refuses all that could come."""
