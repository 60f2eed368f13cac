"""Experiment: any systems side by side on the same samples, with what they cost (section 6, figure 11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from pydantic import Field

from ...few_shot.samplings import K_TO_2K
from ..cells.finding import CENTS, ENTITY_F1, SECONDS, TOKEN_F1
from ..experiment import Experiment
from ..grids.systems_grid import SystemsGrid
from ..results.claims import Claim
from ..results.score_table import ScoreTable
from ..runner.cell import Cell
from ..runner.results_folder import ResultsFolder
from ..settings.measuring import SamplesSettings
from ..settings.systems import SystemSettings

_SECONDS_AN_HOUR = 3600


class CompareSettings(SamplesSettings):
    """Settings of the experiment.

    Args:
        systems: Name -> system; gains are measured from the first.
        sampling: What `ks` count: `k~2k` annotations of each type, or with `k_w` exactly so many words of each type.
        dollars_an_hour: What this machine costs, in US dollars; what servers ask for is added.
    """

    systems: dict[str, SystemSettings] = Field(min_length=1)
    sampling: Literal["k~2k", "k_w"] = K_TO_2K
    dollars_an_hour: float = Field(0.0, ge=0)


def _grid(settings: CompareSettings) -> SystemsGrid:
    return SystemsGrid(settings.systems, settings, settings.sampling)


def _cells(settings: CompareSettings) -> list[Cell]:
    return _grid(settings).cells


def _tables(settings: CompareSettings, folder: ResultsFolder) -> list[ScoreTable]:
    grid = _grid(settings)
    cents_a_second = 100 * settings.dollars_an_hour / _SECONDS_AN_HOUR

    def cents(result: dict[str, Any]) -> float:
        return result[CENTS] + result[SECONDS] * cents_a_second

    seconds = grid.table(
        "Time", folder, "seconds for 1,000 sentences, without learning", lambda result: result[SECONDS]
    )
    money = grid.table("Money", folder, "US cents for 1,000 sentences, without learning", cents)
    return [
        grid.table(
            "Entities", folder, "micro-averaged entity F1, in percent", lambda result: result["scores"][ENTITY_F1]
        ),
        grid.table(
            "Tokens",
            folder,
            "macro-averaged token F1 without O, in percent",
            lambda result: result["scores"][TOKEN_F1],
        ),
        replace(seconds, references={}, notes=_sizes(grid, folder)),
        replace(money, references={}, notes=[f"This machine at ${settings.dollars_an_hour:g} an hour"]),
    ]


def _sizes(grid: SystemsGrid, folder: ResultsFolder) -> list[str]:
    """Say how many parameters each system runs, and how long it learns."""
    results = {row: grid.result(row, folder) for row in grid.systems}
    return [
        "Millions of parameters: "
        + "; ".join(
            f"{row}: {result['parameters'] / 1e6:.1f}" for row, result in results.items() if result["parameters"]
        ),
        "Seconds to learn from the first sample: "
        + "; ".join(f"{row}: {result['seconds_to_learn']:.1f}" for row, result in results.items()),
    ]


def _claims(settings: CompareSettings, tables: Sequence[ScoreTable]) -> list[Claim]:
    return []


COMPARE = Experiment(
    name="compare",
    title="All systems side by side",
    section="6",
    question="Which way to find entities is worth what it costs, with so many examples?",
    settings=CompareSettings,
    cells=_cells,
    tables=_tables,
    claims=_claims,
)
