"""The scores of an experiment, by row, group and k."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Scores: TypeAlias = Mapping[str, Mapping[str, Mapping[int, Sequence[Sequence[float]]]]]


@dataclass(frozen=True)
class ScoreTable:
    """What an experiment measured.

    Each row (an encoder, a variant of the method) has a score for each group (a data set, a language), size k of the
    training sample, run (seed of the pre-training) and sample (seed of the training sample). All rows saw the same
    samples. A row may lack a group at some k; means over groups and over k are taken over those that every row has.

    Args:
        title: What is compared.
        metric: What the scores are, with their unit.
        scores: Row -> group -> k -> scores `(runs, samples)`.
        references: Row -> the row that its gain is measured from; a row without one has no gain.
        x: Row -> the number (of concepts, of sentences) that a picture shows it at.
        series: Row -> the line of that picture that it is on.
        notes: What was left out, and why.
        samples_are: What a bootstrap draws anew, in the plural.
        runs_are: What runs differ in, in the plural.

    Raises:
        ValueError: If scores are missing within a row or a sample or are no finite numbers, if a reference is no row
            or has another number of runs, or if an x is not above 0.

    Example:
        ```python
        >>> base, nuner = [[20.0, 30.0]], [[30.0, 40.0], [34.0, 44.0]]
        >>> scores = {"base": {"tickets": {1: base}}, "NuNER": {"tickets": {1: nuner}}}
        >>> table = ScoreTable("Encoders", "macro token F1, in percent", scores, references={"NuNER": "base"})
        >>> table.mean("NuNER", "tickets", 1), table.gain("NuNER")
        (37.0, 12.0)

        ```
    """

    title: str
    metric: str
    scores: Scores
    references: Mapping[str, str] = field(default_factory=dict)
    x: Mapping[str, float] = field(default_factory=dict)
    series: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    samples_are: str = "training samples"
    runs_are: str = "seeds of the pre-training"

    def __post_init__(self) -> None:
        samples = {len(run) for cells in self._cells().values() for cell in cells.values() for run in cell}
        if len(samples) != 1 or samples == {0}:
            raise ValueError(f"{self.title}: all runs must have the same number of samples, not {sorted(samples)}")
        for row, cells in self._cells().items():
            runs = {len(cell) for cell in cells.values()}
            if len(runs) != 1 or runs == {0}:
                raise ValueError(
                    f"{self.title}: {row!r} must have the same number of runs everywhere, not {sorted(runs)}"
                )
            for (group, k), cell in cells.items():
                if not np.isfinite(np.asarray(cell, dtype=float)).all():
                    raise ValueError(f"{self.title}: {row!r} has a score on {group!r} at k={k} that is no number")
        for name in ("references", "x", "series"):
            for row in getattr(self, name):
                self._check_row(row, name)
        if not all(0 < x < math.inf for x in self.x.values()):
            raise ValueError(f"{self.title}: every x must be above 0, since its axis is logarithmic")
        for row, reference in self.references.items():
            self._check_row(reference, "references")
            if 1 not in (runs := {self.runs(row), self.runs(reference)}) and len(runs) > 1:
                raise ValueError(
                    f"{self.title}: {row!r} and its reference {reference!r} have {self.runs(row)} and "
                    f"{self.runs(reference)} runs; they must have the same number, or one of them a single run"
                )

    @property
    def rows(self) -> list[str]:
        """Names of the rows."""
        return list(self.scores)

    @property
    def groups(self) -> list[str]:
        """Names of the groups that any row has."""
        return list(dict.fromkeys(group for groups in self.scores.values() for group in groups))

    @property
    def ks(self) -> list[int]:
        """Sizes of the samples that any row has, ascending."""
        return sorted({k for cells in self._cells().values() for _, k in cells})

    @property
    def samples(self) -> int:
        """Number of samples of each group and k."""
        return next(len(run) for cells in self._cells().values() for cell in cells.values() for run in cell)

    @property
    def left_out(self) -> list[tuple[str, int]]:
        """Groups and k that some row lacks, which no mean takes in."""
        cells = self._cells().values()
        return [cell for cell in product(self.groups, self.ks) if not all(cell in of_row for of_row in cells)]

    def runs(self, row: str) -> int:
        """Count the runs of a row."""
        return next(len(cell) for cells in self.scores[row].values() for cell in cells.values())

    def cells(self, row: str, group: str | None = None, k: int | None = None) -> list[tuple[str, int]]:
        """List the cells, each a group at a k, that a mean is taken over.

        Args:
            row: Name of the row.
            group: Name of a group; all that every row has, if not given.
            k: Size of the samples; all that every row has, if not given.

        Returns:
            The cells, in one order for all rows. With both given it is this one, also if another row lacks it; there
            is none where the row lacks it itself.
        """
        own = self._cells()[row]
        if group is not None and k is not None:
            return [(group, k)] if (group, k) in own else []
        left_out = set(self.left_out)
        everywhere = (cell for cell in product(self.groups, self.ks) if cell not in left_out)
        return [cell for cell in everywhere if group in (None, cell[0]) and k in (None, cell[1])]

    def values(self, row: str, group: str | None = None, k: int | None = None) -> NDArray[np.float64]:
        """Return the scores that a mean is taken over.

        Args:
            row: Name of the row.
            group: As for `cells`.
            k: As for `cells`.

        Returns:
            Scores `(runs, cells, samples)`.
        """
        cells, own = self.cells(row, group, k), self._cells()[row]
        shape = (len(cells), self.runs(row), self.samples)
        return np.asarray([own[cell] for cell in cells], dtype=float).reshape(shape).swapaxes(0, 1)

    def mean(self, row: str, group: str | None = None, k: int | None = None) -> float:
        """Return the mean of `values`; NaN where there are none."""
        return _mean(self.values(row, group, k))

    def standard_deviation(self, row: str, group: str | None = None, k: int | None = None) -> float:
        """Return the standard deviation over the samples, of the means over runs; NaN where there are not two."""
        return _deviation(self.values(row, group, k), over=2)

    def standard_deviation_of_runs(self, row: str, group: str | None = None, k: int | None = None) -> float:
        """Return the standard deviation over the runs, of the means over samples; NaN where there are not two."""
        return _deviation(self.values(row, group, k), over=0)

    def gains(self, row: str, group: str | None = None, k: int | None = None) -> NDArray[np.float64]:
        """Subtract the scores of a row's reference, sample by sample.

        Runs are paired by their number; the run of a row that has but one is paired with each of the other.

        Args:
            row: Name of a row that has a reference.
            group: As for `values`.
            k: As for `values`.

        Returns:
            Differences `(runs, cells, samples)`.
        """
        scores, reference = self.values(row, group, k), self.values(self.references[row], group, k)
        if scores.shape[1] != reference.shape[1]:
            return np.empty((1, 0, self.samples))
        return scores - reference

    def gain(self, row: str, group: str | None = None, k: int | None = None) -> float:
        """Return the mean of `gains`; NaN where there are none."""
        return _mean(self.gains(row, group, k))

    def to_dict(self) -> dict[str, Any]:
        """Return all of it, ready for JSON."""
        return asdict(self) | {
            "scores": {
                row: {
                    group: {str(k): [list(run) for run in cell] for k, cell in cells.items()}
                    for group, cells in groups.items()
                }
                for row, groups in self.scores.items()
            },
            "notes": list(self.notes),
        }

    @classmethod
    def from_dict(cls, read: Mapping[str, Any]) -> ScoreTable:
        """Make a table of what `to_dict` returned, or of what JSON made of it.

        Args:
            read: The dictionary.

        Returns:
            The table.

        Raises:
            ValueError: If it is not what `to_dict` returns.

        Example:
            ```python
            >>> import json
            >>> table = ScoreTable("Encoders", "F1", {"base": {"tickets": {1: [[20.0, 30.0]]}}})
            >>> ScoreTable.from_dict(json.loads(json.dumps(table.to_dict()))) == table
            True

            ```
        """
        names = [entry.name for entry in fields(cls)]
        if sorted(read) != sorted(names):
            raise ValueError(f"a score table has the entries {', '.join(names)}, not {', '.join(read)}")
        scores = {
            row: {group: {int(k): cell for k, cell in cells.items()} for group, cells in groups.items()}
            for row, groups in read["scores"].items()
        }
        return cls(**{**read, "scores": scores, "notes": tuple(read["notes"])})

    def _cells(self) -> dict[str, dict[tuple[str, int], Sequence[Sequence[float]]]]:
        return {
            row: {(group, k): cell for group, cells in groups.items() for k, cell in cells.items()}
            for row, groups in self.scores.items()
        }

    def _check_row(self, row: str, name: str) -> None:
        if row not in self.scores:
            raise ValueError(f"{self.title}: {name} names {row!r}, but the rows are {', '.join(map(repr, self.rows))}")


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if values.size else math.nan


def _deviation(values: NDArray[np.float64], over: int) -> float:
    if not values.size or values.shape[over] == 1:
        return math.nan
    return float(values.mean(axis=tuple({0, 1, 2} - {over})).std(ddof=1))
