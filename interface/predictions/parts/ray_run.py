"""A run over many files on a cluster of Ray."""

from __future__ import annotations

import json
import logging
import os
import secrets
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

from nuner.modeling_nuner.integrations.ray_data import recognizing_workers, use_given_threads

from .locations import Location
from .output import PartCounts, PartsOutput
from .part import InputFile, PartMaker, PartsJob

# How often a file is begun whose worker dies: Ray begins it again for ever.
_TRIES = 5
# The rows that Ray moves are names of files.
_OBJECT_STORE_BYTES = 128 << 20
_CONNECT_SECONDS = 10
# Ray speaks gRPC, and with that HTTP/2, whose servers send settings first of all.
_HTTP2_SETTINGS = b"\0\0\0\4\0\0\0\0\0"
_HTTP2_GREETING = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _HTTP2_SETTINGS

logger = logging.getLogger(__name__)


class PartError(ValueError):
    """A file whose part could not be made.

    Args:
        message: Which and why.
    """


@contextmanager
def ray_cluster(address: str | None) -> Iterator[None]:
    """Connect to a cluster, or start one of this machine for as long as it is needed.

    Args:
        address: Address of a cluster, or `"auto"` for the one that this machine is a part of; None starts one.

    Raises:
        ValueError: If there is no cluster at the address, or it runs another version of Ray or Python.
    """
    import ray

    if ray.is_initialized():
        yield
        return
    # Nothing is reported to the makers of Ray, and nothing of its own is shown on the terminal.
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}
    options: dict[str, Any] = {"logging_level": logging.CRITICAL, "log_to_driver": False}
    if address is None:
        options |= {"address": "local", "include_dashboard": False, "object_store_memory": _OBJECT_STORE_BYTES}
    else:
        options["address"] = address
        _require_open(address)
    try:
        with _silence():
            ray.init(**options)
    except Exception as error:
        raise ValueError(_why_not(address, error)) from error
    # What Ray says of workers that die goes to the standard output, also while it ends.
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        try:
            yield
        finally:
            ray.shutdown()


def _why_not(address: str | None, error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    if address is None:
        return f"Ray cannot be started on this machine: {lines[0]}"
    if "Version mismatch" in lines[0]:
        return f"the Ray cluster at {address} has other versions ({' '.join(lines[1:])}): install the same here"
    return f"there is no Ray cluster at {address}: start one with ray start --head"


def make_parts(job: PartsJob, files: Sequence[InputFile]) -> tuple[int, Iterator[PartCounts | PartError]]:
    """Make the parts of files on the cluster that this process is connected to.

    A file whose worker dies is begun again by another one.

    Args:
        job: What is done with each.
        files: The files.

    Returns:
        How many processes make them; and what became of each file, as soon as it is known.

    Raises:
        ValueError: If the recognizer cannot be loaded, or a file kills its worker each time.
    """
    room = recognizing_workers(job.loading.get("backend", "torch"))
    workers = min(room.number, len(files))
    return workers, _outcomes(job, files, workers, room.resources)


def _outcomes(
    job: PartsJob, files: Sequence[InputFile], workers: int, resources: dict[str, Any]
) -> Iterator[PartCounts | PartError]:
    import ray
    from ray.data import ActorPoolStrategy, DataContext
    from ray.exceptions import RayError

    context = DataContext.get_current()
    context.enable_progress_bars = context.print_on_execution_start = False
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    # A worker has one file at a time, and the next one goes to whoever is ready first.
    pool = ActorPoolStrategy(size=workers, max_tasks_in_flight_per_actor=1)
    rows = [{"file": json.dumps({**asdict(file), "location": file.location.url})} for file in files]
    outcomes = ray.data.from_items(rows, override_num_blocks=len(rows)).map(
        cast(Any, _Worker), fn_constructor_args=[job, secrets.token_hex(8)], compute=pool, **resources
    )
    try:
        for row in outcomes.iter_rows():
            outcome = json.loads(row["outcome"])
            for warning in outcome["warnings"]:
                logger.warning("%s", warning)
            if "recognizer" in outcome:
                raise ValueError(outcome["recognizer"])
            yield PartError(outcome["error"]) if "error" in outcome else PartCounts(**outcome["counts"])
    except RayError as error:
        first = (str(error).strip().splitlines() or [""])[-1]
        raise ValueError(f"the Ray cluster has ended the work: {first}") from error


class _Worker:
    """Makes parts in a process of its own."""

    def __init__(self, job: PartsJob, run: str) -> None:
        use_given_threads()
        self._maker, self._output, self._run = PartMaker(job), PartsOutput(job.output), run
        self._warnings = _Kept(logging.WARNING)
        logging.getLogger("nuner").addHandler(self._warnings)

    def __call__(self, row: dict[str, str]) -> dict[str, str]:
        known = json.loads(row["file"])
        file = InputFile(**{**known, "location": Location(known["location"])})
        return {"outcome": json.dumps({**self._outcome(file), "warnings": self._warnings.taken()})}

    def _outcome(self, file: InputFile) -> dict[str, Any]:
        try:
            _ = self._maker.recognizer
        except (ValueError, OSError, ImportError) as error:
            return {"recognizer": f"{error} (on the machine {socket.gethostname()})"}
        try:
            if self._output.begun(file.part, self._run) > _TRIES:
                return {"error": f"{file.name} has ended its process {_TRIES} times"}
            return {"counts": asdict(self._maker(file))}
        except (ValueError, OSError) as error:
            return {"error": str(error) if file.name in str(error) else f"{file.name}: {error}"}


class _Kept(logging.Handler):
    """Keeps what is logged until it is told elsewhere."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self._messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._messages.append(record.getMessage())

    def taken(self) -> list[str]:
        taken, self._messages = self._messages, []
        return taken


@contextmanager
def _silence() -> Iterator[None]:
    """Throw away what is written to the standard error, also by what is not Python."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _require_open(address: str) -> None:
    """Refuse at once what Ray would try for a minute."""
    if address == "auto":
        return
    host, divided, port = address.removeprefix("ray://").rpartition(":")
    if not divided or not port.isdecimal():
        raise ValueError(f"the address {address!r} is neither HOST:PORT nor auto")
    try:
        with socket.create_connection((host, int(port)), _CONNECT_SECONDS) as connection:
            if os.environ.get("RAY_USE_TLS", "0").lower() not in ("0", "false"):
                return
            connection.sendall(_HTTP2_GREETING)
            with connection.makefile("rb") as answer:
                if answer.read(len(_HTTP2_SETTINGS))[3:4] == _HTTP2_SETTINGS[3:4]:
                    return
            reason = "something else answers there"
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
    raise ValueError(f"there is no Ray cluster at {address} ({reason}): start one with ray start --head")
