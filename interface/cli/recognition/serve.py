"""`nuner serve`: recognize entities over HTTP."""

from __future__ import annotations

import socket
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from nuner.data_builders.plain_console import PlainConsole

from ..options.recognizer import Backend, Dtype, Labels, Runtime
from ..output import quiet_libraries

# Longer than clients and proxies keep a connection (httpx 5 s, nginx and most balancers 60 s): who hangs up first must
# not be the service, or it does so just when a request is on its way.
_KEEP_ALIVE_SECONDS = 75


def serve(
    model: Annotated[str, typer.Argument(help="Folder or Hub id of a recognizer.", show_default=False)],
    host: Annotated[str, typer.Option(help="Address to serve on; 0.0.0.0 for all of this machine.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to serve on; 0 takes a free one.")] = 8000,
    backend: Backend = Runtime.torch,
    dtype: Dtype = None,
    label: Labels = None,
    max_bytes: Annotated[int, typer.Option(min=1, help="Largest request; larger ones are answered 413.")] = 1 << 20,
    max_requests: Annotated[
        int, typer.Option(min=1, help="Most requests that wait or are under way; those beyond are answered 503.")
    ] = 256,
) -> None:
    """Serve a recognizer over HTTP until Ctrl-C: /entities, /health, /metrics, and /docs.

    Requests that wait together are recognized together. On SIGTERM and Ctrl-C the requests under way are answered
    first. There is no access control: put a proxy before it where others can reach it.
    """
    for module in ("fastapi", "uvicorn", "prometheus_client"):
        if find_spec(module) is None:
            raise ValueError(f"the service needs {module}; install it with: pip install 'nuner[serve]'")
    import uvicorn

    from nuner.modeling_nuner.recognition.recognizer import EntityRecognizer

    from ...serving import create_app

    if backend == Runtime.torch:
        quiet_libraries()
    bound = listener(host, port)
    recognizer = EntityRecognizer.from_pretrained(model, backend.value, dtype, labels=label)
    name = Path(model).resolve().name if Path(model).is_dir() else model
    app = create_app(recognizer, name, max_bytes=max_bytes, max_requests=max_requests)
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_keep_alive=_KEEP_ALIVE_SECONDS)
    server = uvicorn.Server(config)
    shown = f"[{host}]" if ":" in host else host
    PlainConsole().tell(f"{name} is at http://{shown}:{bound.getsockname()[1]} - Ctrl-C ends it.")
    server.run(sockets=[bound])


def listener(host: str, port: int) -> socket.socket:
    """Take a port.

    Args:
        host: IPv4 or IPv6 address, or a name.
        port: The port; 0 for any that is free.

    Returns:
        A socket that listens.

    Raises:
        ValueError: If it is taken, or the address is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        # As many as 64 clients and more may knock while a batch is under way.
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ValueError(f"cannot serve on {host}, port {port} ({reason}); choose others by --host, --port") from None
