"""Means, spreads and gains of a table of scores."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from .score_table import ScoreTable
from .significance import CONFIDENCE, Difference, paired_bootstrap

# A row at a group (None: the mean of all) and at a k (None: the mean of all).
_Place = tuple[str, str | None, int | None]


@dataclass(frozen=True)
class Figures:
    """What a table says in one place, which may be a mean over groups or over k.

    Args:
        mean: The mean over runs and samples, NaN where there is none.
        standard_deviation: Over the samples, of the means over runs; NaN where there are not two.
        standard_deviation_of_runs: Over the runs, of the means over samples; NaN where there are not two.
        gain: Above the reference of the row, if it has one.
    """

    mean: float
    standard_deviation: float
    standard_deviation_of_runs: float
    gain: Difference | None


@dataclass(frozen=True)
class Summary:
    """A table of scores with the figures of all its places.

    Args:
        table: The scores.
        figures: Row, group (None: mean over the groups) and k (None: mean over k) -> what the table says there.

    Example:
        ```python
        >>> scores = {"base": {"tickets": {1: [[20.0, 30.0]]}}, "NuNER": {"tickets": {1: [[30.0, 42.0]]}}}
        >>> summary = Summary.of(ScoreTable("Encoders", "F1", scores, references={"NuNER": "base"}))
        >>> summary.at("NuNER").gain
        Difference(mean=11.0, interval=(10.0, 12.0))

        ```
    """

    table: ScoreTable
    figures: Mapping[_Place, Figures]

    @classmethod
    def of(cls, table: ScoreTable) -> Summary:
        """Compute the figures of a table.

        Args:
            table: The scores.

        Returns:
            The table with its figures.
        """
        return cls(table, {place: figures for row in table.rows for place, figures in _of_row(table, row)})

    def at(self, row: str, group: str | None = None, k: int | None = None) -> Figures:
        """Return the figures of a row at a group (all, if not given) and a k (all, if not given)."""
        return self.figures[row, group, k]

    def to_dict(self) -> dict[str, Any]:
        """Return figures and scores, ready for JSON; a group or k of None is the mean of all."""
        figures = [
            {"row": row, "group": group, "k": k, **_to_dict(of_place)}
            for (row, group, k), of_place in self.figures.items()
        ]
        return {"confidence": CONFIDENCE, "figures": figures, "table": self.table.to_dict()}


def _of_row(table: ScoreTable, row: str) -> Iterator[tuple[_Place, Figures]]:
    gains = _gains(table, row) if row in table.references else None
    for group, k in product([*table.groups, None], [*table.ks, None]):
        yield (
            (row, group, k),
            Figures(
                table.mean(row, group, k),
                table.standard_deviation(row, group, k),
                table.standard_deviation_of_runs(row, group, k),
                None if gains is None else gains[group, k],
            ),
        )


def _gains(table: ScoreTable, row: str) -> dict[tuple[str | None, int | None], Difference]:
    """Compute the gains of a row in all places from the same draws."""
    by_cell = {cell: table.gains(row, *cell) for cell in product(table.groups, table.ks)}
    by_cell = {cell: gains for cell, gains in by_cell.items() if gains.size}
    if not by_cell:
        nothing = Difference(math.nan, None)
        return dict.fromkeys(product([*table.groups, None], [*table.ks, None]), nothing)
    gains = np.concatenate(list(by_cell.values()), axis=1)
    draws = paired_bootstrap(gains)
    number = {cell: i for i, cell in enumerate(by_cell)}
    differences = {}
    for group, k in product([*table.groups, None], [*table.ks, None]):
        chosen = [number[cell] for cell in table.cells(row, group, k) if cell in number]
        differences[group, k] = Difference.of(gains[:, chosen], draws[:, chosen])
    return differences


def _to_dict(figures: Figures) -> dict[str, Any]:
    gain = figures.gain
    return {
        "mean": _or_none(figures.mean),
        "standard_deviation": _or_none(figures.standard_deviation),
        "standard_deviation_of_runs": _or_none(figures.standard_deviation_of_runs),
    } | (
        {}
        if gain is None
        else {"gain": _or_none(gain.mean), "interval": gain.interval, "told_from_zero": gain.told_from_zero}
    )


def _or_none(figure: float) -> float | None:
    return None if math.isnan(figure) else figure
