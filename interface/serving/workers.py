"""Several processes that answer at one port, and what keeps them alive."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from .metrics_folder import METRICS_FOLDER

_PAUSE_SECONDS = 1.0
# More processes would only take memory.
_MOST_A_CORE = 4
# Beyond what a worker itself takes to end.
_ENDING_SECONDS = 10

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Service:
    """What is served, and within which bounds.

    Args:
        recognizer: Folder or Hub id.
        loading: The other arguments of `EntityRecognizer.from_pretrained`.
        name: What to call it.
        max_bytes: As `create_app` takes it.
        max_requests: Likewise.
        request_seconds: As `BoundedServer` takes it.
        graceful_seconds: Likewise.
    """

    recognizer: str
    loading: dict[str, Any]
    name: str
    max_bytes: int
    max_requests: int
    request_seconds: float
    graceful_seconds: int

    def serve(self, listener: socket.socket, tell: Callable[[], object]) -> None:
        """Serve in this process until it is told to end.

        Args:
            listener: A socket that listens.
            tell: Is called when the recognizer is loaded.

        Raises:
            ValueError: If it is no recognizer, or cannot look for what it shall find.
            OSError: If it is not there.
        """
        from nuner.modeling_nuner.recognition.recognizer import EntityRecognizer

        from .app import create_app
        from .server import BoundedServer

        recognizer = EntityRecognizer.from_pretrained(self.recognizer, **self.loading)
        app = create_app(recognizer, self.name, max_bytes=self.max_bytes, max_requests=self.max_requests)
        server = BoundedServer(app, request_seconds=self.request_seconds, graceful_seconds=self.graceful_seconds)
        tell()
        server.run(sockets=[listener])


class Workers:
    """Processes that serve at one port; one that dies is replaced.

    This process does not serve: it waits for a signal, and ends the others in order.

    Args:
        service: What each of them serves.
        listener: A socket that listens; the system hands each connection to one of them.
        number: How many.
        prepare: What each of them does first.
    """

    def __init__(self, service: Service, listener: socket.socket, number: int, prepare: Callable[[], object]) -> None:
        self.service, self.listener, self.number, self.prepare = service, listener, number, prepare
        self._workers: list[_Worker] = []
        self._ended = False

    def run(self, tell: Callable[[], object]) -> None:
        """Serve until SIGTERM or Ctrl-C.

        Args:
            tell: Is called when all of them serve.

        Raises:
            ValueError: If there would be far more of them than cores; if one of them cannot begin, with its reason; if
                later none serves any more and none can.
        """
        import prometheus_client.multiprocess  # noqa: F401 (tells at once where the extra is missing)

        cores = os.cpu_count() or 1
        if self.number > (most := _MOST_A_CORE * cores):
            raise ValueError(f"--workers is {self.number:,}, and {cores} cores are of use to {most} at most")
        # The cores are shared by them all.
        threads = str(max(1, cores // self.number))
        for variable in ("OMP_NUM_THREADS", "RAYON_NUM_THREADS"):
            os.environ.setdefault(variable, threads)
        before = {kind: signal.signal(kind, self._end) for kind in (signal.SIGTERM, signal.SIGINT)}
        try:
            with tempfile.TemporaryDirectory(prefix="nuner-metrics-") as folder:
                os.environ[METRICS_FOLDER] = folder
                try:
                    self._workers = [self._start() for _ in range(self.number)]
                    if all(self._began(worker) for worker in self._workers):
                        tell()
                        self._watch(folder)
                finally:
                    self._stop()
                    del os.environ[METRICS_FOLDER]
        finally:
            for kind, handler in before.items():
                signal.signal(kind, handler)

    def _end(self, *_: Any) -> None:
        self._ended = True

    def _start(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        messages, sender = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(self.service, self.listener, sender, self.prepare))
        # Ctrl-C reaches all processes of a terminal: this one alone acts on it, also while the others begin.
        acts = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            process.start()
        finally:
            signal.signal(signal.SIGINT, acts)
        sender.close()
        return _Worker(process, messages)

    def _began(self, worker: _Worker) -> bool:
        """Wait until a worker serves; False if the end was asked for before."""
        while not self._ended and not worker.serves:
            worker.listen(_PAUSE_SECONDS)
            if worker.problem is not None:
                raise ValueError(worker.problem)
            # Who asks for the end may have ended it, too.
            if not worker.process.is_alive() and not worker.serves and not self._ended:
                raise ValueError(f"a worker has ended before it served {worker.how()}")
        return not self._ended

    def _watch(self, folder: str) -> None:
        from prometheus_client.multiprocess import mark_process_dead

        while not self._ended:
            ended = wait([worker.process.sentinel for worker in self._workers], _PAUSE_SECONDS)
            for worker in self._workers:
                worker.listen(0)
            for place, worker in enumerate(self._workers):
                if worker.process.sentinel not in ended or self._ended:
                    continue
                how = worker.how()
                mark_process_dead(worker.process.pid, folder)
                worker.messages.close()
                if worker.problem is not None and not any(
                    other.serves and other.process.is_alive() for other in self._workers
                ):
                    raise ValueError(worker.problem)
                why = "" if worker.problem is None else f", since {worker.problem}"
                logger.error("A worker has ended %s%s: another one takes its place.", how, why)
                time.sleep(_PAUSE_SECONDS)
                self._workers[place] = self._start()

    def _stop(self) -> None:
        for worker in self._workers:
            worker.process.terminate()
        latest = time.monotonic() + self.service.graceful_seconds + _ENDING_SECONDS
        for worker in self._workers:
            process = worker.process
            process.join(max(0.0, latest - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()
            worker.messages.close()


@dataclass
class _Worker:
    """A process that serves, and what it has told."""

    process: BaseProcess
    messages: Connection
    serves: bool = False
    problem: str | None = None

    def listen(self, seconds: float) -> None:
        """Wait for what it tells: that it serves, or why it cannot."""
        with suppress(EOFError, OSError):  # it has ended
            if self.messages.poll(seconds):
                self.problem = self.messages.recv()
                self.serves = self.problem is None

    def how(self) -> str:
        """Say which process it was, and how it ended."""
        self.process.join(_PAUSE_SECONDS)
        return f"(process {self.process.pid}, exit code {self.process.exitcode})"


def _work(service: Service, listener: socket.socket, messages: Connection, prepare: Callable[[], object]) -> None:
    """Serve in a process of its own, for as long as the one that began it is there."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    prepare()
    try:
        service.serve(listener, lambda: messages.send(None))
    except (ValueError, OSError, ImportError) as error:
        messages.send(str(error))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
