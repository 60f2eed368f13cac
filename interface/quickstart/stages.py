"""The stages of the quickstart, announced and timed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from ..memory import release_memory


class Stages:
    """The stages of a run: which one runs, and how long each took.

    Args:
        console: Where to write.
        total: How many stages there will be.

    Example:
        ```python
        >>> from rich.console import Console
        >>> from nuner.quickstart.stages import Stages
        >>> stages = Stages(Console(quiet=True), total=1)
        >>> with stages.stage("Report"):
        ...     pass
        >>> list(stages.seconds)
        ['Report']

        ```
    """

    def __init__(self, console: Console, total: int) -> None:
        self.console, self.total = console, total
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, title: str) -> Iterator[None]:
        """Announce a stage, run it, release its memory, and say its time."""
        self.console.print(f"\n[bold]\\[{len(self.seconds) + 1}/{self.total}] {title}[/bold]", highlight=False)
        started = time.perf_counter()
        yield
        self.seconds[title] = time.perf_counter() - started
        release_memory()
        self.console.print(f"[dim]{self.seconds[title]:.1f} s[/dim]", highlight=False)
