"""Bodies of requests are held in memory, within a limit on their size."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# More than the labels of a text of a million characters.
MAX_BYTES = 16 << 20


class RequestSize:
    """ASGI middleware that stops reading a body that is too large.

    Whoever gets here knows the token: others are refused before, and what bounds connections and their times is the
    server.

    Args:
        app: The application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; see the ASGI specification."""
        received = 0

        async def bounded() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BYTES:
                raise HTTPException(
                    413, f"A request may have {MAX_BYTES:,} bytes at most.", headers={"Connection": "close"}
                )
            return message

        await self._app(scope, bounded, send)
