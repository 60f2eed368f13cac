"""What arrived at the test Hub, request by request."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Request:
    """One request.

    Args:
        method: `GET`, `PUT`, ...
        path: Path and query.
        authorized: Whether it carried a token.
        received: Bytes of the body that arrived.
        status: Status of the answer; 0 while there is none.
        object_id: SHA-256 of the large file that it uploads, or part of it.
        complete: Whether the whole body arrived.
    """

    method: str
    path: str
    authorized: bool = False
    received: int = 0
    status: int = 0
    object_id: str | None = None
    complete: bool = False


class RequestsLog:
    """The requests, in the order in which they began; safe to read while the server runs."""

    def __init__(self) -> None:
        self._requests: list[Request] = []
        self._lock = threading.Lock()

    def add(self, request: Request) -> None:
        """Add a request that begins."""
        with self._lock:
            self._requests.append(request)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._requests.clear()

    def all(self, where: Callable[[Request], bool] = lambda request: True) -> list[Request]:
        """The requests that fulfil a condition."""
        with self._lock:
            return [request for request in self._requests if where(request)]

    def uploads(self) -> list[Request]:
        """The requests that bring bytes of large files."""
        return self.all(lambda request: request.object_id is not None and request.method == "PUT")

    def uploaded_objects(self) -> list[str]:
        """SHA-256 of each large file that arrived whole, once for each time that it did."""
        return [request.object_id or "" for request in self.uploads() if request.status == 200]

    def writes(self) -> list[Request]:
        """The requests that made or changed something."""
        changing = ("/repos/create", "/commit/", "/branch/", "/tag/", "/upload/")
        return self.all(
            lambda request: (
                request.method != "GET"
                and 200 <= request.status < 300
                and any(part in request.path for part in changing)
            )
        )
