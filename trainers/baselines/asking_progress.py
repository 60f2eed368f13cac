"""What is shown while a language model behind a server is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nuner.data_builders.annotation.runs.live import Progress

from ..progress import counted


@contextmanager
def shown_asking(total: int, unit: str) -> Iterator[Callable[[Progress], None]]:
    """Show how many requests are finished, answered or failed, for as long as the block runs.

    Args:
        total: How many there are.
        unit: What each is about.

    Yields:
        What takes the progress of `fill_store`.

    Example:
        ```python
        >>> from nuner.trainers.baselines.asking_progress import shown_asking
        >>> with shown_asking(100, "sentences") as on_progress:
        ...     pass  # fill_store(..., on_progress=on_progress)

        ```
    """
    with counted("Asking", total, unit) as advance:
        shown = 0

        def show(progress: Progress) -> None:
            nonlocal shown
            finished = progress.done + progress.failed
            advance(finished - shown)
            shown = finished

        yield show
