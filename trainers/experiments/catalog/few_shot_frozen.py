"""Experiment: frozen encoders side by side, with few labelled examples (section 4.1; figures 7 and 13, table 4)."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from ..experiment import Experiment
from ..grids.few_shot_grid import FewShotGrid
from ..results.claims import Claim, gains_everywhere
from ..results.score_table import ScoreTable
from ..runner.cell import Cell
from ..runner.results_folder import ResultsFolder
from ..settings.encoders import EncoderSettings
from ..settings.measuring import MeasuringSettings


class FewShotFrozenSettings(MeasuringSettings):
    """Settings of the experiment.

    Args:
        encoders: Name -> encoder; gains are measured from the first.
    """

    encoders: dict[str, EncoderSettings] = Field(min_length=1)


def _grid(settings: FewShotFrozenSettings) -> FewShotGrid:
    return FewShotGrid({name: encoder.runs(name) for name, encoder in settings.encoders.items()}, settings)


def _cells(settings: FewShotFrozenSettings) -> list[Cell]:
    return list(_grid(settings).cells)


def _tables(settings: FewShotFrozenSettings, folder: ResultsFolder) -> list[ScoreTable]:
    first, *others = settings.encoders
    references = dict.fromkeys(others, first)
    return [_grid(settings).table("Frozen encoder + linear layer", folder, references)]


def _claims(settings: FewShotFrozenSettings, tables: Sequence[ScoreTable]) -> list[Claim]:
    first, *others = settings.encoders
    return [gains_everywhere(tables[0], other, first) for other in others]


FEW_SHOT_FROZEN = Experiment(
    name="few-shot-frozen",
    title="Few-shot learning with a frozen encoder",
    section="4.1",
    question="How much less data does a linear layer need on this encoder than on its base?",
    settings=FewShotFrozenSettings,
    cells=_cells,
    tables=_tables,
    claims=_claims,
)
