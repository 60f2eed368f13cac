"""One request to a language model behind any server that speaks the OpenAI protocol."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from .cost import Usage
from .credentials import KEY_VARIABLE, Secret, holds_credentials
from .faults import NO_PROTOCOL, Blame, RequestFault, fault_of
from .prompt import FencedText, Prompt, reply_format

if TYPE_CHECKING:
    from openai import AsyncOpenAI

OPENAI_URL = "https://api.openai.com/v1"
CHAT_PATH = "/chat/completions"
NO_CHOICES = "the answer has no choices"
FILTERED = "the server's content filter stopped the reply"
REFUSED = "the model refused"
EMPTY = "the reply is empty"
WORDLESS = {NO_CHOICES, FILTERED, REFUSED, EMPTY}
"""Reasons of answers that are of the protocol and hold no words of the model."""

# Room for the roles and separators that a chat template puts around the messages.
_TOKENS_AROUND_MESSAGES = 64


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


@dataclass(frozen=True)
class Dialect:
    """How a server wants to be asked, as its first answers show.

    Args:
        structured: Whether it holds replies to a JSON schema.
        length_field: How it calls the limit on the length of a reply.
        fixed_tokens: Tokens of a request without its sentences, at most; None where the server does not count.
    """

    structured: bool = True
    length_field: str = "max_completion_tokens"
    fixed_tokens: int | None = None


@dataclass(frozen=True)
class LLMClient:
    """A language model and how to ask it. It connects when a run begins, so that one object serves many runs.

    The API key comes from the environment variable `OPENAI_API_KEY`; servers on other addresses than OpenAI's may
    do without one.

    Args:
        model: The model's name at the server.
        base_url: The server's address, up to and including `/v1`; `OPENAI_BASE_URL` or OpenAI by default.
        prompt: What the model is told.
        temperature: Sampling temperature; the server's default by default.
        max_tokens: Longest reply to one sentence, in tokens.
        timeout: Seconds to wait for a reply.

    Raises:
        ValueError: The address is none, a number is out of range, or there is no key for OpenAI.

    Example:
        ```python
        >>> from nuner import LLMClient, annotate
        >>> client = LLMClient("gpt-4.1-mini", temperature=0)
        >>> corpus = annotate(["Ada lived in London."], client, store="annotations.sqlite")

        ```
    """

    model: str
    base_url: str | None = None
    prompt: Prompt = field(default_factory=Prompt)
    temperature: float | None = None
    max_tokens: int = 2048
    timeout: float = 60.0
    key: Secret = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.model.strip():
            raise ValueError("the name of the model is empty.")
        for name in ("max_tokens", "timeout"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be above 0.")
        url = (self.base_url or os.environ.get("OPENAI_BASE_URL") or OPENAI_URL).rstrip("/")
        if not url.startswith(("http://", "https://")):
            raise ValueError(f"the base URL {url!r} does not begin with http:// or https://.")
        if holds_credentials(url):  # not repeated here, where it could be a secret
            raise ValueError(f"the base URL has a user name or a query; the key belongs into {KEY_VARIABLE}.")
        object.__setattr__(self, "base_url", url)
        object.__setattr__(self, "key", Secret.from_environment(needed=url == OPENAI_URL))

    @property
    def address(self) -> str:
        """The server's address."""
        return cast(str, self.base_url)

    def connect(self) -> Connection:
        """Open a connection; must be called where an event loop runs."""
        import openai

        http = openai.AsyncOpenAI(
            api_key=self.key.reveal(),
            base_url=self.base_url,
            max_retries=0,  # waiting and asking again is for the run, which knows the limits and the store
            timeout=self.timeout,
        )
        return Connection(self, http)


@dataclass
class Connection:
    """A client with an open connection.

    Args:
        client: What to ask, and whom.
        http: The client of the `openai` library.
        dialect: How the server wants to be asked.
    """

    client: LLMClient
    http: AsyncOpenAI
    dialect: Dialect = Dialect()

    async def __aenter__(self) -> Connection:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.http.close()

    def body(self, texts: Sequence[FencedText]) -> dict[str, Any]:
        """Return the body of a request about some sentences."""
        client, dialect = self.client, self.dialect
        body: dict[str, Any] = {
            "model": client.model,
            "messages": client.prompt.messages(texts),
            dialect.length_field: client.max_tokens * len(texts),
        }
        if client.temperature is not None:
            body["temperature"] = client.temperature
        if dialect.structured:
            body["response_format"] = reply_format(client.prompt.several)
        return body

    def most_usage(self, texts: Sequence[FencedText]) -> Usage:
        """Return the most tokens that a request can take: a token is at least a byte long."""
        user, instructions = self.client.prompt.messages(texts)[-1]["content"], self.client.prompt.instructions
        fixed = self.dialect.fixed_tokens or len(instructions.encode()) + len(str(reply_format(True)))
        return Usage(fixed + len(user.encode()) + _TOKENS_AROUND_MESSAGES, self.client.max_tokens * len(texts))

    async def complete(self, texts: Sequence[FencedText]) -> Completion:
        """Ask once.

        Args:
            texts: The sentences.

        Raises:
            RequestFault: There is no reply to go on with. Its words never hold the key.
        """
        import openai

        start = time.monotonic()
        try:
            # As `chat.completions.create`, without half a millisecond of typed objects around each request.
            answer = await self.http.post(CHAT_PATH, cast_to=object, body=self.body(texts))
        except openai.OpenAIError as error:
            raise self._without_key(fault_of(error, self.client.timeout)) from None
        except ValueError:  # the body is not JSON, though its headers say so
            raise RequestFault(NO_PROTOCOL, Blame.ATTEMPT) from None
        return read_completion(self.client.key.hide_in(answer), time.monotonic() - start)

    def _without_key(self, fault: RequestFault) -> RequestFault:
        hide = self.client.key.hide
        return RequestFault(
            fault.reason,
            fault.blame,
            hide(fault.detail),
            status=fault.status,
            retry_after=fault.retry_after,
            usage=fault.usage,
        )


def read_completion(answer: Any, latency: float | None) -> Completion:
    """Read the body of a chat completion.

    Args:
        answer: The body, read as JSON.
        latency: Seconds that it took; None in a batch.

    Raises:
        RequestFault: It holds no reply.
    """
    if not isinstance(answer, dict) or not isinstance(answer.get("choices"), list):
        raise RequestFault(NO_PROTOCOL, Blame.ATTEMPT)
    usage = _usage(answer.get("usage"))
    choice = answer["choices"][0] if answer["choices"] else None
    if not isinstance(choice, dict) or not isinstance(choice.get("message"), dict):
        raise RequestFault(NO_CHOICES, Blame.ATTEMPT, usage=usage)
    if choice.get("finish_reason") == "content_filter":
        raise RequestFault(FILTERED, Blame.ATTEMPT, usage=usage)
    text, refusal = choice["message"].get("content"), choice["message"].get("refusal")
    if not isinstance(text, str) or not text.strip():
        if refusal:
            raise RequestFault(REFUSED, Blame.ATTEMPT, str(refusal)[:500], usage=usage)
        raise RequestFault(EMPTY, Blame.ATTEMPT, usage=usage)
    return Completion(text, choice.get("finish_reason") == "length", usage, latency)


def _usage(value: Any) -> Usage | None:
    if not isinstance(value, dict):
        return None
    sent, received = value.get("prompt_tokens"), value.get("completion_tokens")
    if not isinstance(sent, int) or not isinstance(received, int):
        return None
    return Usage(sent, received)
