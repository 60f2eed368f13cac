"""Experiment: the recipe of the pre-training, and changes of it one by one (sections 3.2, 3.3 and ours)."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from .cells.encoder import Encoder
from .cells.pretraining import Pretraining
from .experiment import Experiment
from .grids.few_shot_grid import FewShotGrid
from .results.score_table import ScoreTable
from .runner.cell import Cell
from .runner.results_folder import ResultsFolder
from .settings.encoders import EncoderSettings, TrainingChanges
from .settings.measuring import MeasuringSettings

BASE, UNCHANGED = "base encoder", "recipe"


class ChangeSettings(TrainingChanges):
    """A change of the recipe.

    Args:
        corpus: Options of `NuNerCorpus`, such as `lowercase`.
    """

    corpus: dict[str, Any] = Field(default_factory=dict)

    def of(self, recipe: EncoderSettings) -> EncoderSettings:
        """Return the changed recipe.

        Args:
            recipe: The recipe.
        """
        corpus = recipe.corpus
        return recipe.model_copy(
            update={
                "arguments": {**recipe.arguments, **self.arguments},
                "model": {**recipe.model, **self.model},
                "corpus": corpus and corpus.model_copy(update={"options": {**corpus.options, **self.corpus}}),
            }
        )


class RecipeSettings(MeasuringSettings):
    """Settings of the experiment.

    Args:
        recipe: The encoder, its corpus, and how it is pre-trained.
        changes: Name -> what is done in another way; gains are measured from the recipe.
    """

    recipe: EncoderSettings
    changes: dict[str, ChangeSettings] = Field(min_length=1)

    @field_validator("recipe")
    @classmethod
    def _pretrained(cls, recipe: EncoderSettings) -> EncoderSettings:
        if recipe.corpus is None:
            raise ValueError("the recipe needs a corpus to pre-train on, such as bundled")
        return recipe

    @field_validator("changes")
    @classmethod
    def _named_otherwise(cls, changes: dict[str, ChangeSettings]) -> dict[str, ChangeSettings]:
        taken = [name for name in (BASE, UNCHANGED) if name in changes]
        if taken:
            raise ValueError(f"a change cannot be called {taken[0]!r}, which is what is compared with it")
        return changes


def _grid(settings: RecipeSettings) -> FewShotGrid:
    recipe = settings.recipe
    rows: dict[str, list[Encoder] | list[Pretraining]] = {
        BASE: [Encoder(recipe.text_encoder)],
        UNCHANGED: recipe.runs(UNCHANGED),
    }
    rows |= {name: change.of(recipe).runs(name) for name, change in settings.changes.items()}
    return FewShotGrid(rows, settings)


def _cells(settings: RecipeSettings) -> list[Cell]:
    return list(_grid(settings).cells)


def _tables(settings: RecipeSettings, folder: ResultsFolder) -> list[ScoreTable]:
    references = dict.fromkeys(settings.changes, UNCHANGED)
    return [_grid(settings).table("Changes of the recipe", folder, references)]


RECIPE = Experiment(
    name="recipe",
    title="The recipe, and what else was tried",
    section="3.2, 3.3",
    question="Which part of the pre-training matters, and what would make it better?",
    settings=RecipeSettings,
    cells=_cells,
    tables=_tables,
)
