"""Compute the cells of an experiment that are not there yet."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait

from nuner.data_builders.files.output_lock import output_lock

from .cell import Cell
from .plan import Plan
from .results_folder import ResultsFolder
from .time_left import time_left
from .workers import worker_pool

_LOG = "workers.log"


def run_cells(
    cells: Sequence[Cell],
    output_dir: str | os.PathLike[str],
    *,
    jobs: int = 1,
    tell: Callable[[str], None] = print,
) -> ResultsFolder:
    """Compute all cells whose results are not there yet.

    Each result is kept as soon as it is there: a run that was broken off in any way goes on where it was.

    Args:
        cells: What is wanted.
        output_dir: Folder of the results.
        jobs: How many cells to compute at a time, each in a process of its own with its share of the cores; with 1,
            all in this process.
        tell: Called with one line of text when a cell begins or ends.

    Returns:
        The folder, which now has the results of all cells.

    Raises:
        OutputInUseError: If another process is computing into the folder.
        WorkerDiedError: If a process that computes has ended of itself, or was killed.
        FileNotFoundError: If something that a cell reads does not exist.
        ValueError: If `jobs` is less than 1, or a cell cannot be computed. What can be found out beforehand is said
            before anything is computed.
    """
    if jobs < 1:
        raise ValueError(f"jobs must be at least 1, not {jobs}")
    folder = ResultsFolder(output_dir)
    with output_lock(folder.path):
        folder.path.mkdir(parents=True, exist_ok=True)
        plan = Plan.of(cells, folder)
        for line in plan.summary():
            tell(line)
        account = _Account(plan, jobs, tell)
        if jobs == 1:
            for cell in plan.steps:
                account.begin(cell)
                compute_cell(cell, folder, tell)
                account.end(cell)
        elif plan.steps:
            tell(f"What the steps say meanwhile is in {folder.path / _LOG}")
            _compute_side_by_side(plan, jobs, account)
    return folder


def compute_cell(cell: Cell, folder: ResultsFolder, tell: Callable[[str], None]) -> None:
    """Compute one cell, and keep its result.

    Args:
        cell: The cell; what it needs is in the folder.
        folder: Where to keep the result.
        tell: Called with what the user should know.
    """
    started = time.perf_counter()
    folder.keep(cell, cell.compute(folder, tell), time.perf_counter() - started)


def _compute_side_by_side(plan: Plan, jobs: int, account: _Account) -> None:
    left = {cell.fingerprint: cell for cell in plan.steps}
    running: dict[Future[None], Cell] = {}
    with worker_pool(jobs, plan.folder.path / _LOG) as pool:
        while left or running:
            unfinished = {*left, *(cell.fingerprint for cell in running.values())}
            ready = [cell for cell in left.values() if not any(each.fingerprint in unfinished for each in cell.needed)]
            for cell in ready[: jobs - len(running)]:
                account.begin(left.pop(cell.fingerprint))
                running[pool.submit(_compute_in_worker, cell, plan.folder)] = cell
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                cell = running.pop(future)
                future.result()
                account.end(cell)


def _compute_in_worker(cell: Cell, folder: ResultsFolder) -> None:
    try:
        compute_cell(cell, folder, print)
    except Exception:
        traceback.print_exc()  # into the log; of what comes across, some errors cannot be put together again
        raise


class _Account:
    """Tells which cell begins, and how long the rest takes."""

    def __init__(self, plan: Plan, jobs: int, tell: Callable[[str], None]) -> None:
        self.folder, self.jobs, self.tell = plan.folder, jobs, tell
        self.total, self.begun = len(plan.steps), 0
        self.left = {cell.fingerprint: cell for cell in plan.steps}

    def begin(self, cell: Cell) -> None:
        self.begun += 1
        left = time_left(list(self.left.values()), self.folder, self.jobs)
        self.tell(f"[{self.begun}/{self.total}] {cell.title}" + (f" ({left} left)" if left else ""))

    def end(self, cell: Cell) -> None:
        del self.left[cell.fingerprint]
