"""How long cells take, by what cells of their kind have taken."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from .cell import Cell
from .results_folder import ResultsFolder


def time_left(cells: Sequence[Cell], folder: ResultsFolder, jobs: int = 1) -> str | None:
    """Say how long cells take, by the mean of those of their kind whose results are there.

    Args:
        cells: Those that are not there.
        folder: The results that are.
        jobs: How many are computed at a time.

    Returns:
        Such as `"about 12 min"`; None if there are none of some kind.

    Example:
        ```python
        >>> from nuner.trainers.experiments.runner.results_folder import ResultsFolder
        >>> from nuner.trainers.experiments.runner.time_left import time_left
        >>> time_left([], ResultsFolder("experiments"))
        'about 0 s'

        ```
    """
    taken = {kind: folder.seconds_of_kind(kind) for kind in {cell.kind for cell in cells}}
    if not all(taken.values()):
        return None
    seconds = sum(fmean(taken[cell.kind]) for cell in cells)
    return f"about {_shown(seconds / max(1, min(jobs, len(cells))))}"


def _shown(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"
