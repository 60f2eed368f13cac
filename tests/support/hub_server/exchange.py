"""One request and its answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from support.hub_server.accounts import Account
from support.hub_server.repositories import NoSuchRevision, Repository
from support.hub_server.requests_log import Request

if TYPE_CHECKING:
    from support.hub_server.server import HubServer

PIECE = 1 << 16
KINDS = {"": "model", "models": "model", "datasets": "dataset", "spaces": "space"}


class Refused(Exception):
    """An answer other than success.

    Args:
        status: Status of the answer.
        message: What the body says.
        code: Value of the header `X-Error-Code`.
    """

    def __init__(self, status: int, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.code = status, message, code


class Exchange:
    """A request that is being answered.

    Args:
        hub: The server.
        handler: The connection.
        entry: The request's line in the log.
    """

    def __init__(self, hub: HubServer, handler: BaseHTTPRequestHandler, entry: Request) -> None:
        self.hub, self.handler, self.entry = hub, handler, entry
        url = urlsplit(handler.path)
        self.path = url.path
        self.query = {name: values[-1] for name, values in parse_qs(url.query).items()}

    @property
    def token(self) -> str | None:
        """The token, if there is one."""
        header = self.handler.headers.get("Authorization", "")
        return header.removeprefix("Bearer ").strip() or None

    def account(self) -> Account | None:
        """Who asks.

        Raises:
            Refused: The token is not known.
        """
        if self.token is None:
            return None
        account = self.hub.accounts.get(self.token)
        if account is None:
            # Some proxies and servers repeat the header in their complaint; clients must not pass that on.
            raise Refused(401, f"Invalid credentials in Authorization header (Bearer {self.token})")
        return account

    def repository(self, kinds: str, repo_id: str, *, write: bool = False) -> Repository:
        """The repository that a path names, if the account may see it.

        Args:
            kinds: `models`, `datasets`, `spaces` or nothing, as paths have it.
            repo_id: Namespace and name.
            write: Whether it is to be changed.

        Raises:
            Refused: It does not exist, or is hidden from the account, or may not be changed by it.
        """
        account = self.account()
        repository = self.hub.store.repository(KINDS[kinds], repo_id)
        namespace = repo_id.split("/")[0]
        visible = repository.exists and (
            not repository.state()["private"] or (account is not None and account.can_read(namespace))
        )
        if not visible:
            raise Refused(401 if account is None else 404, "Repository not found", "RepoNotFound")
        if write and (account is None or not account.can_write(namespace)):
            raise Refused(403, "You don't have the rights to write to this repository")
        return repository

    def pieces(self) -> Iterator[bytes]:
        """The body as it arrives; what arrived is counted in the log."""
        length = self.handler.headers.get("Content-Length")
        chunked = self.handler.headers.get("Transfer-Encoding", "").lower() == "chunked"
        if chunked:
            while size := int(self.handler.rfile.readline().split(b";")[0], 16):
                yield from self._read(size)
                self.handler.rfile.readline()
            self.handler.rfile.readline()
        elif length is not None:
            yield from self._read(int(length))
        self.entry.complete = True

    def _read(self, size: int) -> Iterator[bytes]:
        while size:
            piece = self.handler.rfile.read1(min(PIECE, size))  # pyright: ignore[reportAttributeAccessIssue]
            if not piece:
                raise ConnectionAbortedError("the client went away")
            size -= len(piece)
            self.entry.received += len(piece)
            yield piece

    def body(self) -> bytes:
        """The whole body."""
        return b"".join(self.pieces())

    def json(self) -> Any:
        """The body, which is JSON."""
        return json.loads(self.body() or b"null")

    def answer(self, status: int, content: bytes = b"", headers: dict[str, str] | None = None) -> None:
        """Send an answer."""
        if not self.entry.complete:
            for _ in self.pieces():  # a body that nobody read would be taken for the next request
                pass
        self.entry.status = status
        self.handler.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
            self.handler.send_header(name, value)
        self.handler.end_headers()
        if self.handler.command != "HEAD":
            self.handler.wfile.write(content)

    def answer_json(self, values: Any, headers: dict[str, str] | None = None) -> None:
        """Send values."""
        content = json.dumps(values).encode()
        self.answer(200, content, {"Content-Type": "application/json", **(headers or {})})

    def refuse(self, refusal: Refused) -> None:
        """Send a refusal as the Hub does: in the body and in headers."""
        headers = {"Content-Type": "application/json", "X-Error-Message": refusal.message}
        if refusal.code:
            headers["X-Error-Code"] = refusal.code
        self.answer(refusal.status, json.dumps({"error": refusal.message}).encode(), headers)

    def send_file(self, path: Path, headers: dict[str, str]) -> None:
        """Send a file, or the range of it that is asked for."""
        size = path.stat().st_size
        start, end, status = 0, size - 1, 200
        asked = self.handler.headers.get("Range", "")
        if asked.startswith("bytes="):
            first, _, last = asked.removeprefix("bytes=").partition("-")
            start = int(first) if first else size - int(last)
            end = min(int(last), size - 1) if first and last else size - 1
            if start >= size:
                self.answer(416, headers={"Content-Range": f"bytes */{size}"})
                return
            status, headers = 206, {**headers, "Content-Range": f"bytes {start}-{end}/{size}"}
        if self.handler.command == "HEAD":
            self.answer(status, headers={**headers, "Content-Length": str(size)})
            return
        with path.open("rb") as file:
            file.seek(start)
            content = file.read(end - start + 1)
        self.answer(status, content, {"Content-Type": "application/octet-stream", "Accept-Ranges": "bytes", **headers})


def revision_of(repository: Repository, revision: str) -> Any:
    """The commit of a revision, or the Hub's refusal."""
    try:
        return repository.resolve(revision)
    except NoSuchRevision:
        raise Refused(404, f"Invalid rev id: {revision}", "RevisionNotFound") from None
