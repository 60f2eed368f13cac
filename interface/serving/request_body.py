"""Bodies of requests are read within limits on their size, their number and their bytes together."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from anyio import CancelScope, move_on_after
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .batching import DynamicBatcher

# A client that is still sending does not read the answer. What it sends is thrown away, within these limits.
_DISCARDED_BYTES = 64 << 20
_DISCARDING_SECONDS = 10


class _Unfinished:
    """A body that is being read."""

    def __init__(self) -> None:
        self.scope = CancelScope()
        self.received = bytearray()


class BodyReader:
    """ASGI middleware that gives an application whole bodies, and holds few unfinished ones.

    A body above a size is answered 413, with or without a declared length; Starlette's own middleware answers while
    the client is still sending, whose connection is then reset, and most clients report that rather than the answer.

    Unfinished bodies count as requests that are under way. Where another request comes and there are too many, or too
    many bytes of them, the one whose client has sent nothing for the longest time gives up its place and is answered
    503.

    Args:
        app: The application.
        batcher: What gets the requests, and knows how many are under way.
        max_bytes: Size of the largest body.
        max_requests: Most requests that are under way, unfinished ones included.
        max_unfinished_bytes: Most bytes of all unfinished bodies.
    """

    def __init__(
        self, app: ASGIApp, batcher: DynamicBatcher, max_bytes: int, max_requests: int, max_unfinished_bytes: int
    ) -> None:
        self._app = app
        self._batcher = batcher
        self._max_bytes, self._max_requests, self._max_unfinished = max_bytes, max_requests, max_unfinished_bytes
        # In the order in which something last came of them.
        self._unfinished: dict[_Unfinished, None] = {}
        self._unfinished_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; see the ASGI specification."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_read = False

        async def whole() -> Message:
            nonlocal is_read
            if is_read:
                return await receive()
            is_read = True
            return await self._read(Headers(scope=scope), receive)

        await self._app(scope, whole, send)

    async def _read(self, headers: Headers, receive: Receive) -> Message:
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > self._max_bytes:
            # Who asks first whether to send has sent nothing yet, and is told no.
            if headers.get("expect", "").lower() != "100-continue":
                await _discard(receive)
            self._refuse()
        self._drop_while(lambda: len(self._unfinished) + self._batcher.requests >= self._max_requests)
        if self._batcher.requests >= self._max_requests:
            raise self._batcher.overloaded()
        body = _Unfinished()
        self._unfinished[body] = None
        try:
            with body.scope:
                while True:
                    message = await receive()
                    if message["type"] != "http.request":
                        return message
                    chunk, more = message.get("body", b""), message.get("more_body", False)
                    if len(body.received) + len(chunk) > self._max_bytes:
                        self._drop(body)
                        if more:
                            await _discard(receive)
                        self._refuse()
                    if not more:
                        return {"type": "http.request", "body": bytes(body.received) + chunk, "more_body": False}
                    if body in self._unfinished:
                        self._add(body, chunk)
        finally:
            self._drop(body)
        raise self._batcher.overloaded()

    def _add(self, body: _Unfinished, chunk: bytes) -> None:
        """Keep bytes that came, and put their body behind all others."""
        self._unfinished[body] = self._unfinished.pop(body)
        body.received += chunk
        self._unfinished_bytes += len(chunk)
        self._drop_while(lambda: self._unfinished_bytes > self._max_unfinished)

    def _drop_while(self, too_much: Callable[[], bool]) -> None:
        while self._unfinished and too_much():
            oldest = next(iter(self._unfinished))
            self._drop(oldest)
            oldest.scope.cancel()

    def _drop(self, body: _Unfinished) -> None:
        if body in self._unfinished:
            del self._unfinished[body]
            self._unfinished_bytes -= len(body.received)

    def _refuse(self) -> NoReturn:
        raise HTTPException(
            413,
            f"The request is larger than {self._max_bytes:,} bytes: send the texts in several requests.",
            {"Connection": "close"},
        )


async def _discard(receive: Receive) -> None:
    discarded = 0
    with move_on_after(_DISCARDING_SECONDS):
        while discarded < _DISCARDED_BYTES:
            message = await receive()
            discarded += len(message.get("body", b""))
            if not message.get("more_body", False):
                return
