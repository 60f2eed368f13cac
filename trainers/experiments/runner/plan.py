"""What there is to compute before some results are there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .cell import Cell
from .results_folder import ResultsFolder
from .time_left import time_left


@dataclass(frozen=True)
class Plan:
    """The cells that must be computed for some results.

    Args:
        wanted: The cells whose results are wanted, each once.
        steps: Those that must be computed, each after what it needs.
        folder: Where results are kept.
    """

    wanted: list[Cell]
    steps: list[Cell]
    folder: ResultsFolder

    @classmethod
    def of(cls, cells: Iterable[Cell], folder: ResultsFolder) -> Plan:
        """Look what is there.

        A cell that only others need is left out where they are there.

        Args:
            cells: The results that are wanted.
            folder: Those that are there.

        Returns:
            The plan.

        Raises:
            FileNotFoundError: If something that a cell reads does not exist.
            ValueError: If a cell cannot be computed, as far as that can be found out beforehand.
        """
        wanted = list({cell.fingerprint: cell for cell in cells}.values())
        steps: dict[str, Cell] = {}

        def add(cell: Cell, *, there: bool) -> None:
            if there or cell.fingerprint in steps:
                return
            for needed in cell.needed:
                add(needed, there=needed in folder and (not needed.keeps_folder or folder.folder(needed).is_dir()))
            steps[cell.fingerprint] = cell

        for cell in wanted:
            add(cell, there=cell in folder)
        for cell in steps.values():
            cell.check()
        return cls(wanted, list(steps.values()), folder)

    def summary(self) -> Iterator[str]:
        """Yield what is there and what is not, a line each."""
        there = sum(cell in self.folder for cell in self.wanted)
        yield f"{len(self.wanted)} results wanted, {there} of them in {self.folder.path}; {len(self.steps)} to compute"
        others = self.folder.of_another_version(self.steps)
        if others:
            yield (
                f"For {others} of these {self.folder.path} has results of another version of the code, the libraries "
                "or the data: they stay there, and are not used"
            )

    def lines(self, jobs: int = 1) -> Iterator[str]:
        """Yield all of it for whoever wants to know beforehand, a line each.

        Args:
            jobs: How many steps will be computed at a time.
        """
        yield from self.summary()
        for step in self.steps:
            seconds = time_left([step], self.folder)
            yield f"- {step.title}" + (f" ({seconds})" if seconds else "")
        if self.steps:
            together = time_left(self.steps, self.folder, jobs)
            yield f"Together {together}" if together else "How long that takes is known once there is one of each kind"
