"""Cells that count slowly and go on where they were killed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from nuner.trainers.experiments.runner.cell import Cell, Known


@dataclass(frozen=True)
class FileToRead:
    """A file."""

    path: str

    @property
    def content(self) -> str:
        return Path(self.path).read_text()


@dataclass(frozen=True)
class Counting(Cell):
    """Count to a number, noting how far it is."""

    kind: ClassVar[str] = "counting"
    keeps_folder: ClassVar[bool] = True

    number: Any
    pause: float = field(default=0.0, compare=False)
    read: FileToRead | None = None
    named: str = field(default="", compare=False)

    @property
    def title(self) -> str:
        return f"Counting to {self.number}"

    def compute(self, known: Known, tell: Callable[[str], None]) -> dict[str, Any]:
        note = known.folder(self) / "reached"
        note.parent.mkdir(parents=True, exist_ok=True)
        reached = len(note.read_text()) if note.is_file() else 0
        for step in range(reached, self.number):
            time.sleep(self.pause)
            with note.open("a") as file:
                file.write("x")
            tell(f"{self.number}: {step + 1}")
        return {"reached": len(note.read_text())}


@dataclass(frozen=True)
class Doubling(Cell):
    """Double what another cell has counted, and make sure that its folder is there."""

    kind: ClassVar[str] = "doubling"

    of: Counting
    times: int = 2

    @property
    def title(self) -> str:
        return f"{self.times} times {self.of.number}"

    def compute(self, known: Known, tell: Callable[[str], None]) -> dict[str, Any]:
        assert (known.folder(self.of) / "reached").is_file()
        return {"product": self.times * known[self.of]["reached"]}


@dataclass(frozen=True)
class Failing(Cell):
    """Go wrong in some way, after something that does not."""

    kind: ClassVar[str] = "failing"

    how: str
    after: Counting | None = None

    @property
    def title(self) -> str:
        return f"Failing by {self.how}"

    def compute(self, known: Known, tell: Callable[[str], None]) -> dict[str, Any]:
        if self.how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.how == "nan":
            return {"loss": float("nan"), "losses": [1.0, float("inf")]}
        raise ValueError("what is read is of no use")


def wanted(pause: float = 0.0) -> list[Cell]:
    """The results of the experiment."""
    return [Doubling(Counting(number, pause), times) for number in (3, 4, 5) for times in (2, 3)]
