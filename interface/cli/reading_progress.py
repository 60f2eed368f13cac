"""How far the reading of large files is."""

from __future__ import annotations

import time
from datetime import timedelta
from types import TracebackType

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from nuner.data_builders.plain_console import PlainConsole

_LINE_SECONDS = 30.0


class ReadingProgress:
    """Show for each stage of some work which share is done: a bar on a terminal, a line now and then elsewhere.

    Args:
        console: Where to write.
    """

    def __init__(self, console: PlainConsole) -> None:
        self.console = console
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(markup=False),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("left", markup=False),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._stage: str | None = None

    def __enter__(self) -> ReadingProgress:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bar.stop()

    def end(self) -> None:
        """Take the bar away: something else shows its own from now on."""
        self._bar.stop()

    def advance(self, stage: str, share: float) -> None:
        """Note how far a stage is.

        Args:
            stage: What is done; another name begins another stage.
            share: Which share of it is done, from 0 to 1.
        """
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._began, self._next = stage, now, now + _LINE_SECONDS
            self._task = self._bar.add_task(stage, total=1.0)
            if not self.console.is_terminal:
                self.console.tell(f"{stage} ...")
        self._bar.update(self._task, completed=share)
        if now >= self._next and not self.console.is_terminal:
            self._next = now + _LINE_SECONDS
            left = timedelta(seconds=round((now - self._began) * (1 - share) / max(share, 1e-9)))
            self.console.tell(f"{stage}: {share:.0%}, {left} left")
