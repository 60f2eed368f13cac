"""Experiment: encoders side by side, everything fine-tuned on few examples (section 6; tables 2 and 9 to 12)."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from .cells.fine_tuning import ENTITY_F1, TOKEN_F1
from .experiment import Experiment
from .grids.fine_tuning_grid import FineTuningGrid
from .results.claims import Claim, gains_everywhere
from .results.score_table import ScoreTable
from .runner.cell import Cell
from .runner.results_folder import ResultsFolder
from .settings.encoders import EncoderSettings
from .settings.fine_tuning import FineTuningSettings
from .settings.measuring import SamplesSettings

# Of tables 2, 9 and 10, and of tables 11 and 12.
ENTITY_METRIC = "micro-averaged entity F1, in percent"
TOKEN_METRIC = "macro-averaged token F1 without O, in percent"


class FewShotFinetunedSettings(SamplesSettings):
    """Settings of the experiment.

    Args:
        encoders: Name -> encoder; gains are measured from the first, with the same recipe.
        recipes: Name -> how all of the encoder and its classifier are fine-tuned.
    """

    encoders: dict[str, EncoderSettings] = Field(min_length=1)
    recipes: dict[str, FineTuningSettings] = Field(min_length=1)


def _grid(settings: FewShotFinetunedSettings) -> FineTuningGrid:
    encoders = {name: encoder.runs(name) for name, encoder in settings.encoders.items()}
    return FineTuningGrid(encoders, settings.recipes, settings)


def _cells(settings: FewShotFinetunedSettings) -> list[Cell]:
    return _grid(settings).cells


def _tables(settings: FewShotFinetunedSettings, folder: ResultsFolder) -> list[ScoreTable]:
    grid = _grid(settings)
    return [
        grid.table("Fine-tuned recognizers, entities", folder, "micro-averaged entity F1, in percent", ENTITY_F1),
        grid.table(
            "Fine-tuned recognizers, tokens", folder, "macro-averaged token F1 without O, in percent", TOKEN_F1
        ),
    ]


def _claims(settings: FewShotFinetunedSettings, tables: Sequence[ScoreTable]) -> list[Claim]:
    entities = tables[0]
    return [gains_everywhere(entities, row, reference) for row, reference in entities.references.items()]


FEW_SHOT_FINETUNED = Experiment(
    name="few-shot-finetuned",
    title="Few-shot learning with fine-tuned encoders",
    section="6",
    question="What is left of the gain when the whole encoder learns from the examples, too?",
    settings=FewShotFinetunedSettings,
    cells=_cells,
    tables=_tables,
    claims=_claims,
)
