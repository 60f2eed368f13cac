"""The service over real HTTP on a free port of loopback: in a thread of this process, or as `nuner serve`."""

from __future__ import annotations

import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.cli_runs import start_nuner

from nuner import EntityRecognizer
from nuner.cli.options.address import listener
from nuner.serving import create_app
from nuner.serving.server import BoundedServer


@contextmanager
def server_thread(app: Any, **options: Any) -> Iterator[tuple[str, BoundedServer]]:
    """Serve an application from a thread; the address, and the server. It takes no seconds to start."""
    server = BoundedServer(app, **options)
    with listener("127.0.0.1", 0) as sock, running(server, sock):
        yield f"http://127.0.0.1:{sock.getsockname()[1]}", server


@contextmanager
def running(server: BoundedServer, sock: socket.socket) -> Iterator[None]:
    """Run a server in a thread for the length of a block."""
    thread = threading.Thread(target=server.run, args=([sock],))
    thread.start()
    try:
        yield
    finally:
        # Also after a failed test: a server that goes on would keep the whole run from ending.
        server.should_exit = True
        thread.join(timeout=30)
    assert not thread.is_alive()


@contextmanager
def service_thread(
    model: Path | EntityRecognizer, *, server_options: dict[str, Any] | None = None, **options: Any
) -> Iterator[str]:
    """Serve a recognizer from a thread; the address."""
    recognizer = EntityRecognizer.from_pretrained(model) if isinstance(model, Path) else model
    with server_thread(create_app(recognizer, **options), **(server_options or {})) as (url, _):
        yield url


@contextmanager
def service_process(model: Path, *options: Any) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Serve a recognizer by `nuner serve`; the address, and the process."""
    process = start_nuner("serve", model, "--port", 0, *options)
    try:
        assert process.stdout is not None and process.stderr is not None
        match = re.search(r"http://\S+", process.stdout.readline())
        assert match, process.stderr.read()
        yield match.group(), process
    finally:
        process.terminate()
        process.communicate(timeout=30)
