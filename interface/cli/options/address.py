"""Options of the commands that serve something on a port of this machine."""

from __future__ import annotations

import socket
from typing import Annotated

import typer

Host = Annotated[str, typer.Option(help="Address to serve on; 0.0.0.0 for all of this machine.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port to serve on; 0 takes a free one.")]


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


def web_address(host: str, listening: socket.socket) -> str:
    """Return the address that a browser opens.

    Args:
        host: What is served on.
        listening: The socket that `listener` made.
    """
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listening.getsockname()[1]}"
