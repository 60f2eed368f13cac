"""One request to a language model behind any server that speaks the OpenAI protocol."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from .completion import Completion, body_of, read_completion
from .cost import Usage
from .credentials import KEY_VARIABLE, Secret, holds_credentials
from .faults import RequestFault, fault_of
from .prompt import FencedText, Prompt

if TYPE_CHECKING:
    from openai import AsyncOpenAI

OPENAI_URL = "https://api.openai.com/v1"
CHAT_PATH = "/chat/completions"
OLD_LENGTH_FIELD = "max_tokens"
"""What servers call the limit on the length of a reply that do not know OpenAI's newer name."""

# Room for the roles and separators that a chat template puts around the messages.
_TOKENS_AROUND_MESSAGES = 64

_LONG_BODY = 100_000  # bytes; reading more would hold up the other requests


@dataclass(frozen=True)
class Dialect:
    """How a server wants to be asked, as its first answers show.

    Args:
        structured: Whether it holds replies to a JSON schema.
        length_field: How it calls the limit on the length of a reply.
        system_role: Whether the model gets to see a message of the role `system`. Gemma's template, for one, has none:
            some servers refuse the request then, others leave the message out and say nothing.
        fixed_tokens: Tokens of a request without its sentences, at most; None where the server does not count.
    """

    structured: bool = True
    length_field: str = "max_completion_tokens"
    system_role: bool = True
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
        ValueError: If the address is none, a number is out of range, or there is no key for OpenAI.

    Example:
        ```python
        >>> client = LLMClient("qwen3-8b", "http://localhost:8000/v1/", temperature=0)
        >>> client.address
        'http://localhost:8000/v1'

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

        from .bounded_http import BoundedClient

        http = openai.AsyncOpenAI(
            api_key=self.key.reveal(),
            base_url=self.base_url,
            max_retries=0,  # waiting and asking again is for the run, which knows the limits and the store
            timeout=self.timeout,
            http_client=BoundedClient(),
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
            "messages": client.prompt.messages(texts, system_role=dialect.system_role),
            dialect.length_field: client.max_tokens * len(texts),
        }
        if client.temperature is not None:
            body["temperature"] = client.temperature
        if dialect.structured and client.prompt.reply_format is not None:
            body["response_format"] = client.prompt.reply_format
        return body

    def most_usage(self, texts: Sequence[FencedText]) -> Usage:
        """Return the most tokens that a request can take: a token is at least a byte long."""
        prompt = self.client.prompt
        said = "".join(message["content"] for message in prompt.messages(texts) if message["role"] != "system")
        fixed = self.dialect.fixed_tokens or len((prompt.instructions + str(prompt.reply_format)).encode())
        return Usage(fixed + len(said.encode()) + _TOKENS_AROUND_MESSAGES, self.client.max_tokens * len(texts))

    async def complete(self, texts: Sequence[FencedText]) -> Completion:
        """Ask once.

        Args:
            texts: The sentences.

        Raises:
            RequestFault: If there is no reply to go on with. Its words never hold the key.
        """
        import openai

        start = time.monotonic()
        try:
            # As `chat.completions.create`, without half a millisecond of typed objects around each request.
            body = await self.http.post(CHAT_PATH, cast_to=bytes, body=self.body(texts))
        except openai.OpenAIError as error:
            raise self.without_key(fault_of(error, self.client.timeout)) from None
        latency = time.monotonic() - start
        if len(body) > _LONG_BODY:
            return await asyncio.to_thread(self.read, body, latency)
        return self.read(body, latency)

    def read(self, body: bytes, latency: float | None) -> Completion:
        """Read the body of a chat completion, without the key.

        Args:
            body: The body.
            latency: Seconds that it took; None in a batch.

        Raises:
            RequestFault: If it holds no reply.
        """
        return self.without_key_in(lambda: read_completion(body_of(body), latency))

    def without_key_in(self, read: Callable[[], Completion]) -> Completion:
        """Return what is read, and raise its fault, with the key masked."""
        try:
            completion = read()
        except RequestFault as fault:
            raise self.without_key(fault) from None
        return replace(completion, text=self.client.key.hide(completion.text))

    def without_key(self, fault: RequestFault) -> RequestFault:
        """Return a fault with the key masked."""
        hide = self.client.key.hide
        return RequestFault(
            fault.reason,
            fault.blame,
            hide(fault.detail),
            status=fault.status,
            retry_after=fault.retry_after,
            usage=fault.usage,
        )
