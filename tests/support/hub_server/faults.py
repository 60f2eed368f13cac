"""What goes wrong on purpose."""

from __future__ import annotations

import re
import threading

from support.hub_server.exchange import Exchange, Refused


class Faults:
    """Faults that a test asks for; none at first."""

    def __init__(self) -> None:
        self.held = threading.Event()
        """Set once uploads stand still because of `hold_uploads_after`."""
        self._release = threading.Event()
        self._limit: int | None = None
        self._arrived = 0
        self._lock = threading.Lock()
        self._refusals: list[tuple[re.Pattern[str], Refused]] = []

    def hold_uploads_after(self, size: int) -> None:
        """Let uploads stand still once so many bytes of large files have arrived in all."""
        self._limit, self._arrived = size, 0
        self.held.clear()
        self._release.clear()

    def release(self) -> None:
        """Let uploads go on."""
        self._limit = None
        self._release.set()

    def refuse(self, path: str, status: int, message: str) -> None:
        """Refuse the requests whose method and path match, such as `r"POST .*/commit/"`; `{token}` is filled in."""
        self._refusals.append((re.compile(path), Refused(status, message)))

    def clear(self) -> None:
        """No faults any more."""
        self.release()
        self._refusals.clear()

    def arrived(self, size: int) -> None:
        """Bytes of a large file have arrived; called by the upload handlers."""
        with self._lock:
            self._arrived += size
            hold = self._limit is not None and self._arrived >= self._limit
        if hold:
            self.held.set()
            self._release.wait()

    def check(self, exchange: Exchange) -> None:
        """Refuse a request that shall be refused."""
        for pattern, refusal in self._refusals:
            if pattern.search(f"{exchange.handler.command} {exchange.path}"):
                raise Refused(refusal.status, refusal.message.replace("{token}", exchange.token or ""), refusal.code)
