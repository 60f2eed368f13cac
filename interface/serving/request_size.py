"""Requests that are too large are refused before they are in memory."""

from __future__ import annotations

from typing import NoReturn

from anyio import move_on_after
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A client that is still sending does not read the answer. What it sends is thrown away, within these limits.
_DISCARDED_BYTES = 64 << 20
_DISCARDING_SECONDS = 10


class RequestSizeLimit:
    """ASGI middleware that answers 413 to bodies above a size, with or without a declared length.

    Starlette's own middleware answers while the client is still sending; the connection is then reset, and most
    clients report that rather than the answer.

    Args:
        app: The application.
        max_bytes: Size of the largest body that it gets.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; see the ASGI specification."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        declared = headers.get("content-length", "")
        received = 0

        async def limited() -> Message:
            nonlocal received
            if declared.isdecimal() and int(declared) > self._max_bytes:
                # Who asks first whether to send has sent nothing yet, and is told no.
                if headers.get("expect", "").lower() != "100-continue":
                    await _discard(receive)
                self._refuse()
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_bytes:
                if message.get("more_body", False):
                    await _discard(receive)
                self._refuse()
            return message

        await self._app(scope, limited, send)

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
