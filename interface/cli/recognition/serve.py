"""`nuner serve`: recognize entities over HTTP."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from nuner.data_builders.plain_console import PlainConsole

from ..options.address import Host, Port, listener, web_address
from ..options.recognizer import Backend, Dtype, Labels, Runtime, Threshold, named_types, refuse_other_than_recognizer
from ..output import log_plainly, quiet_libraries


def serve(
    model: Annotated[str, typer.Argument(help="Folder or Hub id of a recognizer.", show_default=False)],
    host: Host = "127.0.0.1",
    port: Port = 8000,
    backend: Backend = Runtime.torch,
    dtype: Dtype = None,
    label: Labels = None,
    threshold: Threshold = None,
    max_bytes: Annotated[int, typer.Option(min=1, help="Largest request; larger ones are answered 413.")] = 1 << 20,
    max_requests: Annotated[
        int, typer.Option(min=1, help="Most requests that wait or are under way; those beyond are answered 503.")
    ] = 256,
    request_timeout: Annotated[
        float, typer.Option(min=0.1, help="Seconds that a client has to send a request; then it is hung up on.")
    ] = 20,
    graceful_timeout: Annotated[
        int, typer.Option(min=1, help="Seconds in which, at the end, requests under way are answered.")
    ] = 30,
    workers: Annotated[
        int, typer.Option(min=1, help="Processes that answer at the port; each loads the recognizer.")
    ] = 1,
) -> None:
    """Serve a recognizer over HTTP until Ctrl-C: /entities, /health, /metrics, and /docs.

    Requests that wait together are recognized together. On SIGTERM and Ctrl-C the requests under way are answered
    first, within --graceful-timeout. Of several --workers each has --max-requests of its own, and one that dies is
    replaced. There is no access control: put a proxy before it where others can reach it.
    """
    from ...serving.workers import Service, Workers

    types = named_types(label)
    refuse_other_than_recognizer(model, backend, types)
    bound = listener(host, port)
    name = Path(model).resolve().name if Path(model).is_dir() else model
    loading = {"backend": backend.value, "dtype": dtype, "labels": types, "threshold": threshold}
    service = Service(model, loading, name, max_bytes, max_requests, request_timeout, graceful_timeout)

    def tell() -> None:
        PlainConsole().tell(f"{name} is at {web_address(host, bound)} - Ctrl-C ends it.")

    quiet = partial(_quiet, backend)
    if workers == 1:
        quiet()
        service.serve(bound, tell)
    else:
        Workers(service, bound, workers, quiet).run(tell)


def _quiet(backend: Runtime) -> None:
    """Let the process that serves, this one or another, write what the command line writes."""
    log_plainly()
    if backend == Runtime.torch:
        quiet_libraries()
