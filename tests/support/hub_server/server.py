"""A Hub for tests: real HTTP on the loopback interface, stored on disk."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from support.hub_server import api, downloads, large_files
from support.hub_server.accounts import Account
from support.hub_server.exchange import Exchange, Refused
from support.hub_server.faults import Faults
from support.hub_server.repositories import Store
from support.hub_server.requests_log import Request, RequestsLog
from support.hub_server.xet_store import XetStore

_ID = r"([\w.-]+/[\w.-]+)"
_API = rf"/api/(models|datasets|spaces)/{_ID}"
_REPOSITORY = rf"/(?:(datasets|spaces)/)?{_ID}"
_SHA256 = r"([0-9a-f]{64})"

ROUTES: list[tuple[str, str, Callable[..., None]]] = [
    ("GET", r"/api/whoami-v2", api.whoami),
    ("POST", r"/api/repos/create", api.create),
    ("POST", r"/api/validate-yaml", api.validate_yaml),
    ("POST", rf"/api/verify/{_SHA256}", large_files.verify),
    ("GET", rf"{_API}/xet-(read|write)-token/([^/]+)", api.xet_token),
    ("GET", rf"{_API}/revision/([^/]+)", api.info),
    ("GET", rf"{_API}/refs", api.refs),
    ("GET", rf"{_API}/commits/([^/]+)", api.commits),
    ("GET", rf"{_API}/tree/([^/]+)(?:/(.+))?", api.tree),
    ("POST", rf"{_API}/paths-info/([^/]+)", api.paths_info),
    ("POST", rf"{_API}/preupload/([^/]+)", api.preupload),
    ("POST", rf"{_API}/commit/([^/]+)", api.commit),
    ("POST", rf"{_API}/branch/([^/]+)", api.create_branch),
    ("POST", rf"{_API}/tag/([^/]+)", api.create_tag),
    ("GET", _API, api.info),
    ("POST", rf"{_REPOSITORY}\.git/info/lfs/objects/batch", large_files.batch),
    ("PUT", rf"/upload/{_SHA256}", large_files.put_whole),
    ("PUT", rf"/upload/{_SHA256}/(\d+)", large_files.put_part),
    ("POST", rf"/upload/{_SHA256}", large_files.complete),
    ("GET", rf"/objects/{_SHA256}", downloads.large_object),
    ("GET", rf"{_REPOSITORY}/resolve/([^/]+)/(.+)", downloads.resolve),
]


class HubServer:
    """A server that speaks what `huggingface_hub` needs of the Hub's protocol.

    Args:
        root: Folder for what it stores.
        accounts: Token to account.
        part_size: Large files above so many bytes are uploaded in parts of this size.
        xet: Whether large files go by the Xet protocol: the client's own storage library then writes to a folder
            instead of a storage server.
        port: Port; a free one by default.

    Example:
        ```python
        with HubServer(tmp_path, {"hf_alice": Account("alice")}) as hub:
            subprocess.run([...], env={**os.environ, "HF_ENDPOINT": hub.url, "HF_TOKEN": "hf_alice"})
        ```
    """

    def __init__(
        self,
        root: Path,
        accounts: dict[str, Account],
        part_size: int = 8 << 20,
        xet: bool = False,
        port: int = 0,
    ) -> None:
        self.store, self.accounts, self.part_size = Store(root), accounts, part_size
        self.log, self.faults = RequestsLog(), Faults()
        self.xet = XetStore(root / "xet") if xet else None
        # Large files lie on another host, as with the Hub: clients follow a redirect there differently.
        self._servers = [ThreadingHTTPServer(("127.0.0.1", at), _handler(self)) for at in (port, 0)]
        self.url, self.storage_url = (f"http://127.0.0.1:{server.server_address[1]}" for server in self._servers)

    def __enter__(self) -> HubServer:
        for server in self._servers:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.faults.clear()
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def answer(self, exchange: Exchange) -> None:
        """Find the route of a request and answer it."""
        method = "GET" if exchange.handler.command == "HEAD" else exchange.handler.command
        try:
            self.faults.check(exchange)
            for wanted, pattern, route in ROUTES:
                if wanted == method and (match := re.fullmatch(pattern, exchange.path)):
                    groups = [
                        group if group is None else unquote(group)
                        for group in match.groups("" if pattern.startswith(_REPOSITORY) else None)
                    ]
                    route(exchange, *(group for group in groups if group is not None))
                    return
            raise Refused(404, f"The test Hub has no {method} {exchange.path}")
        except Refused as refusal:
            exchange.refuse(refusal)


def _handler(hub: HubServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            entry = Request(self.command, self.path, "Authorization" in self.headers)
            hub.log.add(entry)
            try:
                hub.answer(Exchange(hub, self, entry))
            except (ConnectionError, ValueError, BrokenPipeError):
                self.close_connection = True  # the client went away in the middle
                if self.headers.get("Content-Length") is None or entry.complete:
                    raise

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _answer

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler
