"""The stages of the quickstart, announced and timed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from nuner.data_builders.plain_console import PlainConsole

from ..memory import release_memory


class Stages:
    """The stages of a run: which one runs, and how long each took.

    Args:
        console: Where to write.
        total: How many stages there will be.

    Example:
        ```python
        >>> from nuner.data_builders.plain_console import PlainConsole
        >>> from nuner.quickstart.stages import Stages
        >>> stages = Stages(PlainConsole(quiet=True), total=1)
        >>> with stages.stage("Report"):
        ...     pass
        >>> list(stages.seconds)
        ['Report']

        ```
    """

    def __init__(self, console: PlainConsole, total: int) -> None:
        self.console, self.total = console, total
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, title: str) -> Iterator[None]:
        """Announce a stage, run it, release its memory, and say its time."""
        self.console.tell(f"\n[{len(self.seconds) + 1}/{self.total}] {title}", style="bold")
        started = time.perf_counter()
        yield
        self.seconds[title] = time.perf_counter() - started
        release_memory()
        self.console.tell(f"{self.seconds[title]:.1f} s", style="dim")
