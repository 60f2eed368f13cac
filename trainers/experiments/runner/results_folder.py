"""The folder that keeps the results of cells."""

from __future__ import annotations

import json
import math
import os
import platform
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from nuner.data_builders.files.whole_files import write_whole

from ...mapping import available_cores
from .cell import Cell

# Counted up when the layout changes. Results of another layout stay in the folder of their own.
_LAYOUT = "cells-1"
_MODELS = "models-1"
# What is read again of what a file has.
_KEPT = ("cell", "result", "seconds")


class ResultsFolder:
    """Results by the fingerprints of their cells, in files that are there whole or not at all.

    Args:
        folder: Where they lie. All experiments share it, so that a model that two of them need is trained once.

    Example:
        ```python
        >>> from nuner.trainers.experiments.runner.results_folder import ResultsFolder
        >>> ResultsFolder("experiments").of_another_version([])
        0

        ```
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.path = Path(folder)

    def __contains__(self, cell: Cell) -> bool:
        return self._file(cell).is_file() and all((self.folder(cell) / name).is_file() for name in cell.files)

    def __getitem__(self, cell: Cell) -> dict[str, Any]:
        return _read(self._file(cell))["result"]

    def seconds(self, cell: Cell) -> float:
        """Return how long a cell took.

        Args:
            cell: A cell whose result is there.
        """
        return _read(self._file(cell))["seconds"]

    def seconds_of_kind(self, kind: str) -> list[float]:
        """Return how long the cells of a kind took whose results are there.

        Args:
            kind: The kind.
        """
        return [_read(file)["seconds"] for file in (self.path / _LAYOUT / kind).glob("*.json")]

    def folder(self, cell: Cell) -> Path:
        """Return the folder of a cell for what is no figure; whoever deletes it has it made again when it is needed.

        Args:
            cell: The cell.
        """
        return self.path / _MODELS / cell.fingerprint

    def keep(self, cell: Cell, result: dict[str, Any], seconds: float) -> None:
        """Write the result of a cell.

        Args:
            cell: The cell.
            result: What it computed.
            seconds: How long that took.
        """
        file = self._file(cell)
        file.parent.mkdir(parents=True, exist_ok=True)
        content = {
            "cell": cell.describe(),
            "result": _without_nan(result),
            "seconds": round(seconds, 1),
            "computed": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "machine": machine(),
        }
        write_whole(file, json.dumps(content, indent=1, ensure_ascii=False) + "\n")

    def of_another_version(self, cells: Iterable[Cell]) -> int:
        """Count the results of the same settings that another version of code, libraries or data has left here.

        Args:
            cells: The cells that are wanted.
        """
        missing = [cell for cell in cells if cell not in self]
        kinds = {cell.kind for cell in missing}
        found = [_described_in(file) for kind in kinds for file in self.path.glob(f"cells-*/{kind}/*.json")]
        return sum(json.loads(json.dumps(cell.describe())) in found for cell in missing)

    def _file(self, cell: Cell) -> Path:
        return self.path / _LAYOUT / cell.kind / f"{cell.fingerprint}.json"


def _read(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return {name: content[name] for name in _KEPT}
    except (ValueError, LookupError, TypeError):
        raise ValueError(f"{file} is not as it was written; remove it, and what was in it is computed again") from None


def _described_in(file: Path) -> dict[str, Any] | None:
    try:
        return _read(file)["cell"]
    except ValueError:  # nobody waits for it
        return None


def _without_nan(value: Any) -> Any:
    """Say null where there is no number: JSON has no NaN, which the loss of a training that went astray is."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: _without_nan(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(inner) for inner in value]
    return value


def machine() -> str:
    """Say what computes: processor and number of cores that this process may use."""
    return f"{_processor()}, {available_cores()} cores"


def _processor() -> str:
    # platform.processor() is empty or the mere architecture on most Linux systems.
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
