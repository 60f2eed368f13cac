"""A command of this package that runs in a process of its own, and how far it is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psutil

from nuner.data_builders.plain_console import PlainConsole

_STEPS = re.compile(r"step (\d+)/(\d+)")
_LAST_LINES = 5
_NICE = 10 if sys.platform != "win32" else psutil.BELOW_NORMAL_PRIORITY_CLASS


class Job:
    """A run of a command.

    Args:
        arguments: The command and its arguments, as behind `nuner`.
        beginning: What is said before it says something itself.
    """

    def __init__(self, arguments: Sequence[str], beginning: str) -> None:
        self.arguments = list(arguments)
        self.sentence = beginning
        self.share = 0.0
        self._stopped = False
        self._errors: deque[str] = deque(maxlen=_LAST_LINES)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "nuner.cli", *self.arguments],
            env={**os.environ, "COLUMNS": "500", "PYTHONUNBUFFERED": "1", "PYTHONSAFEPATH": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        # A sitting that goes on beside it comes first.
        with suppress(psutil.Error):
            psutil.Process(self._process.pid).nice(_NICE)
        self._threads = [
            threading.Thread(target=reader, daemon=True) for reader in (self._read_output, self._read_errors)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self._process.poll() is None or any(thread.is_alive() for thread in self._threads)

    @property
    def succeeded(self) -> bool:
        """Whether it has come to its end."""
        return not self.running and self._process.returncode == 0

    def stop(self) -> None:
        """End it; it leaves nothing half done."""
        self._stopped = True
        self._process.terminate()

    def view(self, done: str) -> dict[str, Any]:
        """Return how far it is.

        Args:
            done: What to say when it has come to its end.
        """
        if self.running:
            return {"phase": "running", "share": self.share, "sentence": self.sentence}
        if self.succeeded:
            return {"phase": "done", "share": 1.0, "sentence": done}
        if self._stopped:
            return {"phase": "stopped", "share": self.share, "sentence": "Stopped."}
        error = " ".join(self._errors).removeprefix("Error: ") or "it ended without a word"
        return {"phase": "failed", "share": self.share, "sentence": f"It did not work: {error}"}

    def _read_output(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if not line.strip():
                continue
            self.sentence = line.strip()
            steps = _STEPS.search(line)
            if steps:
                self.share = int(steps[1]) / max(1, int(steps[2]))

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        console = PlainConsole(stderr=True)
        for line in self._process.stderr:
            if line.strip():
                self._errors.append(line.strip())
                console.tell(line.rstrip())
