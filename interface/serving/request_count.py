"""Every request to a path is counted, with the status of its answer and the time it took."""

from __future__ import annotations

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .metrics import Metrics


class RequestCount:
    """ASGI middleware that counts requests.

    Starlette's `BaseHTTPMiddleware` would hide from the application that a client has gone.

    Args:
        app: The application.
        metrics: Where to count.
        path: The path of the requests that count.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, path: str) -> None:
        self._app = app
        self._metrics = metrics
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; see the ASGI specification."""
        if scope["type"] != "http" or scope["path"] != self._path:
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            self._metrics.request(status, time.perf_counter() - began)
