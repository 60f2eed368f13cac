"""How far a run over a file is."""

from __future__ import annotations

import time
from datetime import timedelta
from types import TracebackType

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from nuner.data_builders.plain_console import PlainConsole

_REDRAW_SECONDS, _LINE_SECONDS = 0.2, 30.0


class PredictionProgress:
    """Show texts, texts a second and the time left: a live bar on a terminal, a line now and then elsewhere.

    The rate is the mean since the display began: entities come in bursts, a batch at a time.

    Args:
        console: Where to write.
    """

    def __init__(self, console: PlainConsole) -> None:
        self.console = console
        self.texts = 0
        self._share = self._share_at_start = 0.0
        self._bar = Progress(
            TextColumn("Recognizing", markup=False),
            BarColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> PredictionProgress:
        self._began = time.monotonic()
        self._pause = _REDRAW_SECONDS if self.console.is_terminal else _LINE_SECONDS
        self._next = self._began + self._pause
        self._task = self._bar.add_task("", total=None, note=self.note())
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bar.stop()

    def read(self, share: float) -> None:
        """Note which share of the input was read, from 0 to 1."""
        if not self._share:
            self._share_at_start = share
        self._share = share

    def advance(self, texts: int) -> None:
        """Count texts that are done."""
        self.texts += texts
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + self._pause
        if self.console.is_terminal:
            total = 1 - self._share_at_start if self._share else None
            self._bar.update(self._task, total=total, completed=self._share - self._share_at_start, note=self.note())
        else:
            self.console.tell(f"Recognizing: {self.note()}")

    def note(self) -> str:
        """Say how many texts are done, how fast, and how long the others will take."""
        seconds = time.monotonic() - self._began
        note = f"{self.texts:,} texts"
        if self.texts:
            note += f"  {self.texts / max(seconds, 1e-9):,.0f} texts/s"
        if self._share > self._share_at_start:
            left = seconds * (1 - self._share) / (self._share - self._share_at_start)
            note += f"  {timedelta(seconds=round(left))} left"
        return note
