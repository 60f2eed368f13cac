"""Experiment: encoders side by side, everything fine-tuned on few examples (section 6; tables 2 and 9 to 12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import product
from typing import Literal

from pydantic import Field, model_validator

from ...few_shot.samplings import K_TO_2K, K_WORDS
from ..cells.fine_tuning import ENTITY_F1, TOKEN_F1
from ..experiment import Experiment
from ..grids.fine_tuning_grid import FineTuningGrid, row_name
from ..results.claims import Claim, gains_everywhere
from ..results.score_table import ScoreTable
from ..runner.cell import Cell
from ..runner.results_folder import ResultsFolder
from ..settings.encoders import EncoderSettings
from ..settings.fine_tuning import FineTuningSettings
from ..settings.measuring import SamplesSettings

# Of tables 2, 9 and 10, and of tables 11 and 12.
ENTITY_METRIC = "micro-averaged entity F1, in percent"
TOKEN_METRIC = "macro-averaged token F1 without O, in percent"

_COUNTED = {K_TO_2K: "k to 2k annotations of each type", K_WORDS: "exactly k words of each type"}


class FewShotFinetunedSettings(SamplesSettings):
    """Settings of the experiment.

    Args:
        encoders: Name -> encoder; gains are measured from the first, with the same recipe.
        recipes: Name -> how all of the encoder and its classifier are fine-tuned.
        sampling: What `ks` count: `k~2k` annotations of each type, as in tables 2, 9 and 10, or with `k_w` words of
            each type, exactly so many, as in tables 11 and 12.
    """

    encoders: dict[str, EncoderSettings] = Field(min_length=1)
    recipes: dict[str, FineTuningSettings] = Field(min_length=1)
    sampling: Literal["k~2k", "k_w"] = "k~2k"

    @model_validator(mode="after")
    def _told_apart(self) -> FewShotFinetunedSettings:
        rows = Counter(row_name(*pair) for pair in product(self.encoders, self.recipes))
        row, times = rows.most_common(1)[0]
        if times > 1:
            raise ValueError(f"two rows would be called {row!r}: an encoder or a recipe needs another name")
        return self


def _grid(settings: FewShotFinetunedSettings) -> FineTuningGrid:
    encoders = {name: encoder.runs(name) for name, encoder in settings.encoders.items()}
    return FineTuningGrid(encoders, settings.recipes, settings, settings.sampling)


def _cells(settings: FewShotFinetunedSettings) -> list[Cell]:
    return _grid(settings).cells


def _tables(settings: FewShotFinetunedSettings, folder: ResultsFolder) -> list[ScoreTable]:
    grid, counted = _grid(settings), f"Fine-tuned on {_COUNTED[settings.sampling]}"
    return [
        grid.table(f"{counted}: entities", folder, ENTITY_METRIC, ENTITY_F1),
        grid.table(f"{counted}: tokens", folder, TOKEN_METRIC, TOKEN_F1),
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
