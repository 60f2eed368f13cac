"""Connections that are bounded in number and in time, whatever their clients do."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

# After the end of the service was asked for, who is still sending or reading has so long for it.
_CLOSING_SECONDS = 5


class Connections:
    """The open connections of a service, and what bounds them.

    Beyond the most connections, the one that has owed a whole request for the longest time is closed: silent ones,
    unfinished requests and idle connections go in the order in which they began to wait, and none with a request that
    is under way.

    Args:
        most: Most connections.
        request_seconds: Time from the first byte of a request to its last, and from a new connection to the end of its
            first request.
        idle_seconds: Time that a connection is kept between requests, and that an answer may lie unread.
    """

    def __init__(self, most: int, request_seconds: float, idle_seconds: float) -> None:
        self.most, self.request_seconds, self.idle_seconds = most, request_seconds, idle_seconds
        # In the order in which they began to wait.
        self.waiting: dict[BoundedConnection, None] = {}

    def hurry(self) -> None:
        """Leave little time to who comes from now on: the end of the service was asked for."""
        self.request_seconds = self.idle_seconds = min(_CLOSING_SECONDS, self.request_seconds)


class BoundedConnection(H11Protocol):
    """A connection of uvicorn that is closed when its client is too slow.

    uvicorn by itself closes idle connections only after a first answer, and counts a byte now and then as activity.

    Args:
        bounds: The connections of the service, this one among them.
        *args: As `H11Protocol` takes them.
        **kwargs: As `H11Protocol` takes them.
    """

    def __init__(self, bounds: Connections, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._bounds = bounds
        self._idle = False
        self._request_due: asyncio.TimerHandle | None = None
        self._reading_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Begin to wait for a request, and make room."""
        super().connection_made(transport)
        self._await_request(self._bounds.request_seconds)
        if len(self.connections) > self._bounds.most:
            next(iter(self._bounds.waiting)).abort()

    def data_received(self, data: bytes) -> None:
        """Take bytes of a request; only the whole request ends the waiting for it."""
        if self._idle:
            self._idle = False
            self._await_request(self._bounds.request_seconds)
        super().data_received(data)
        if self._under_way():
            self._stop_waiting()

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        super().on_response_complete()
        # An answer that came before the end of its request leaves the rest to be waited for.
        if self._under_way() or self._request_due is not None:
            return
        self._idle = self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]
        self._await_request(self._bounds.idle_seconds if self._idle else self._bounds.request_seconds)

    def pause_writing(self) -> None:
        """Bound the time in which the client has to read what was sent."""
        super().pause_writing()
        self._reading_due = self.loop.call_later(self._bounds.idle_seconds, self.abort)

    def resume_writing(self) -> None:
        """Go on: the client has read."""
        self._stop_reading_timer()
        super().resume_writing()

    def shutdown(self) -> None:
        """Let what is under way be answered, and little time to who is still sending or reading."""
        super().shutdown()
        if not self._under_way():
            self._await_request(self._bounds.request_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_waiting()
        self._stop_reading_timer()
        super().connection_lost(exc)

    def abort(self) -> None:
        """Close the connection at once."""
        self._stop_waiting()
        # It no longer counts, though the loop closes it a moment later.
        self.connections.discard(self)
        self.transport.abort()

    def _under_way(self) -> bool:
        """Tell whether a whole request waits for its answer."""
        whole = self.conn.their_state in (h11.DONE, h11.MUST_CLOSE, h11.CLOSED)
        return whole and self.cycle is not None and not self.cycle.response_complete

    def _await_request(self, seconds: float) -> None:
        self._stop_waiting()
        self._bounds.waiting[self] = None
        self._request_due = self.loop.call_later(seconds, self.abort)

    def _stop_waiting(self) -> None:
        self._bounds.waiting.pop(self, None)
        if self._request_due is not None:
            self._request_due.cancel()
            self._request_due = None

    def _stop_reading_timer(self) -> None:
        if self._reading_due is not None:
            self._reading_due.cancel()
            self._reading_due = None
