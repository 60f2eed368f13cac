"""Compute the cells of an experiment that are not there yet."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from statistics import fmean

from nuner.data_builders.files.output_lock import output_lock

from .cell import Cell
from .results_folder import ResultsFolder
from .workers import worker_pool


def cells_to_compute(cells: Iterable[Cell], folder: ResultsFolder) -> list[Cell]:
    """List what must be computed for some results, each after what it needs.

    A cell that only others need is left out where they are there.

    Args:
        cells: The results that are wanted.
        folder: Those that are there.

    Returns:
        The cells, each once.
    """
    ordered: dict[str, Cell] = {}

    def add(cell: Cell, *, there: bool) -> None:
        if there or cell.fingerprint in ordered:
            return
        for needed in cell.needed:
            add(needed, there=needed in folder and (not needed.keeps_folder or folder.folder(needed).is_dir()))
        ordered[cell.fingerprint] = cell

    for cell in cells:
        add(cell, there=cell in folder)
    return list(ordered.values())


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
        FileNotFoundError: If something that a cell reads does not exist.
        ValueError: If `jobs` is less than 1, or a cell cannot be computed. What can be found out beforehand is said
            before anything is computed.
    """
    if jobs < 1:
        raise ValueError(f"jobs must be at least 1, not {jobs}")
    folder = ResultsFolder(output_dir)
    with output_lock(folder.path):
        folder.path.mkdir(parents=True, exist_ok=True)
        waiting = cells_to_compute(cells, folder)
        for cell in waiting:
            cell.check()
        _tell_what_is_there(cells, waiting, folder, tell)
        if waiting:
            account = _Account(cells, waiting, folder, jobs, tell)
            if jobs == 1:
                for cell in waiting:
                    account.begin(cell)
                    compute_cell(cell, folder, tell)
                    account.end(cell)
            else:
                _compute_side_by_side(waiting, folder, jobs, account)
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


def _tell_what_is_there(
    cells: Sequence[Cell], waiting: Sequence[Cell], folder: ResultsFolder, tell: Callable[[str], None]
) -> None:
    there = sum(cell in folder for cell in cells)
    tell(f"{len(cells)} results wanted, {there} of them in {folder.path}; {len(waiting)} steps to compute")
    others = folder.of_another_version(waiting)
    if others:
        tell(
            f"For {others} of these steps {folder.path} has results of another version of the code, the libraries or "
            "the data: they stay there, and are not used"
        )


def _compute_side_by_side(waiting: Sequence[Cell], folder: ResultsFolder, jobs: int, account: _Account) -> None:
    left = {cell.fingerprint: cell for cell in waiting}
    running: dict[Future[None], Cell] = {}
    with worker_pool(jobs, folder.path / "workers.log") as pool:
        while left or running:
            unfinished = {*left, *(cell.fingerprint for cell in running.values())}
            ready = [cell for cell in left.values() if not any(each.fingerprint in unfinished for each in cell.needed)]
            for cell in ready[: jobs - len(running)]:
                account.begin(left.pop(cell.fingerprint))
                running[pool.submit(_compute_in_worker, cell, folder)] = cell
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                cell = running.pop(future)
                future.result()
                account.end(cell)


def _compute_in_worker(cell: Cell, folder: ResultsFolder) -> None:
    compute_cell(cell, folder, print)


class _Account:
    """Tells what is done and how long the rest takes, by what cells of the same kind took."""

    def __init__(
        self,
        cells: Sequence[Cell],
        waiting: Sequence[Cell],
        folder: ResultsFolder,
        jobs: int,
        tell: Callable[[str], None],
    ) -> None:
        self.folder, self.jobs, self.tell = folder, jobs, tell
        self.total, self.begun = len(waiting), 0
        self.left = {cell.fingerprint: cell for cell in waiting}
        self.seconds: dict[str, list[float]] = {}
        for cell in {cell.fingerprint: cell for cell in cells if cell in folder}.values():
            self._learn(cell)

    def begin(self, cell: Cell) -> None:
        self.begun += 1
        self.tell(f"[{self.begun}/{self.total}] {cell.title}{self._time_left()}")

    def end(self, cell: Cell) -> None:
        del self.left[cell.fingerprint]
        self._learn(cell)

    def _learn(self, cell: Cell) -> None:
        self.seconds.setdefault(cell.kind, []).append(self.folder.seconds(cell))

    def _time_left(self) -> str:
        kinds = [cell.kind for cell in self.left.values()]
        if not all(kind in self.seconds for kind in kinds):
            return ""
        seconds = sum(fmean(self.seconds[kind]) for kind in kinds) / min(self.jobs, len(kinds))
        return f" (about {_shown(seconds)} left)"


def _shown(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"
