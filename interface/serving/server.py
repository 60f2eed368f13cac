"""The server under the application: uvicorn with bounds on its connections."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from functools import partial
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from .connections import BoundedConnection, Connections

REQUEST_SECONDS = 20
GRACEFUL_SECONDS = 30
# Longer than clients and proxies keep a connection (httpx 5 s, nginx and most balancers 60 s): who hangs up first must
# not be the service, or it does so just when a request is on its way.
_IDLE_SECONDS = 75
_MOST_CONNECTIONS = 2048
# Clients that may knock while the loop is busy; they wait in the kernel, and cost no file.
_KNOCKING = 2048
# Of these so many are let in at once: between that and the moment when one too many is closed, others come in.
_LET_IN = 16
# For the recognizer, the libraries, and connections that are about to be closed.
_OTHER_FILES = 128
_FEWEST_CONNECTIONS = 16
_REPEAT_SECONDS = 60

logger = logging.getLogger(__name__)


def most_connections() -> int:
    """Choose how many connections there may be, so that files are left for all else.

    Returns:
        The number.

    Raises:
        ValueError: If the limit on open files leaves too few.
    """
    if sys.platform == "win32":
        return _MOST_CONNECTIONS
    import resource

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return _MOST_CONNECTIONS
    if files - _OTHER_FILES < _FEWEST_CONNECTIONS:
        raise ValueError(
            f"this process may open {files} files only, too few to serve; allow more, as with `ulimit -n 1024`"
        )
    return min(_MOST_CONNECTIONS, files - _OTHER_FILES)


class BoundedServer(uvicorn.Server):
    """A server of one application whose clients can neither hold it up nor fill it.

    Args:
        app: The application.
        request_seconds: Time that a client has to send a request; then its connection is closed.
        graceful_seconds: Time in which requests under way are answered after the end was asked for.
        connections: Most connections; as many as the limit on open files allows when left out, 2,048 at most.

    Raises:
        ValueError: If the limit on open files leaves too few connections.

    Example:
        ```python
        >>> from nuner.serving.server import BoundedServer
        >>> BoundedServer(app).run(sockets=[listener])  # serves until Ctrl-C  # doctest: +SKIP

        ```
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        request_seconds: float = REQUEST_SECONDS,
        graceful_seconds: int = GRACEFUL_SECONDS,
        connections: int | None = None,
    ) -> None:
        most = most_connections() if connections is None else connections
        self._bounds = Connections(most, request_seconds, _IDLE_SECONDS)
        protocol: Any = partial(BoundedConnection, self._bounds)
        config = uvicorn.Config(
            app,
            http=protocol,
            # A connection that another protocol took over would have no bounds.
            ws="none",
            # uvloop, which uvicorn takes where it is installed, says nothing of connections that cannot be accepted.
            loop="asyncio",
            # Of what clients do wrong uvicorn warns, once a request.
            log_level="error",
            access_log=False,
            backlog=_LET_IN,
            timeout_keep_alive=_IDLE_SECONDS,
            timeout_graceful_shutdown=graceful_seconds,
        )
        super().__init__(config)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(_KNOCKING)
        asyncio.get_running_loop().set_exception_handler(_AcceptErrors())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what is under way, and end."""
        # Also for clients that were let in and are no connection yet.
        self._bounds.hurry()
        await super().shutdown(sockets)


class _AcceptErrors:
    """Says once a minute that connections cannot be accepted; asyncio writes a traceback for each try."""

    def __init__(self) -> None:
        self._told = float("-inf")

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if context.get("message") != "socket.accept() out of system resource":
            loop.default_exception_handler(context)
        elif loop.time() - self._told > _REPEAT_SECONDS:
            self._told = loop.time()
            logger.error("No connection can be accepted (%s); trying again.", context["exception"])
