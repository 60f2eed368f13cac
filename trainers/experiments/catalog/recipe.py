"""Experiment: the recipe of the pre-training, and changes of it one by one (sections 3.2, 3.3 and ours)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator

from ...pretraining.arguments import PRESETS
from ...pretraining.losses.lenient_bce import LenientBCELoss
from ..cells.corpus_choice import CorpusChoice
from ..cells.pretraining import Pretraining
from ..cells.rewritten_corpus import RewrittenCorpus
from ..experiment import Experiment
from ..grids.few_shot_grid import FewShotGrid
from ..results.claims import Claim
from ..results.pictures.gains import plot_gains
from ..results.score_table import ScoreTable
from ..results.summary import Summary
from ..runner.cell import Cell
from ..runner.results_folder import ResultsFolder
from ..settings.encoders import BASE, BaseSettings, CorpusSettings, TrainingChanges, known_corpus_options
from ..settings.measuring import MeasuringSettings

UNCHANGED = "recipe"


class ChangeSettings(TrainingChanges):
    """A change of the recipe.

    Args:
        corpus: Options of `NuNerCorpus`, such as `lowercase`.
        spread_concepts: Give each entity all concepts that its text has so often or more in the corpus.
        append_descriptions: Put the descriptions of entities behind their concepts, as the paper tried; the corpus
            must have some, and `max_concept_length` must be long enough for them.
        similar_concepts: Concepts whose vectors have this cosine or more are no negatives of one another.
    """

    corpus: dict[str, Any] = Field(default_factory=dict)
    spread_concepts: int | None = Field(None, ge=1)
    append_descriptions: bool = False
    similar_concepts: float | None = Field(None, ge=-1, le=1)

    @field_validator("corpus")
    @classmethod
    def _known_options(cls, options: dict[str, Any]) -> dict[str, Any]:
        return known_corpus_options(options)

    def trained(self, name: str, encoder: BaseSettings, corpus: CorpusSettings) -> list[Pretraining]:
        """Return what trains the encoder by the changed recipe, a cell for each seed.

        Args:
            name: What to call it.
            encoder: The encoder with the recipe.
            corpus: The corpus of the recipe.
        """
        replaced = {
            "arguments": {**encoder.arguments, **self.arguments},
            "model": {**encoder.model, **self.model},
        }
        cells = encoder.model_copy(update=replaced).trained(name, self._rewritten(corpus.choice(**self.corpus)))
        if self.similar_concepts is None:
            return cells
        normalization = {**PRESETS[encoder.preset], **replaced["arguments"]}["loss_normalization"]
        return [replace(cell, loss=LenientBCELoss(self.similar_concepts, normalization)) for cell in cells]

    def _rewritten(self, corpus: CorpusChoice) -> CorpusChoice:
        if self.spread_concepts is None and not self.append_descriptions:
            return corpus
        return RewrittenCorpus(
            corpus.source,
            corpus.format,
            corpus.options,
            spread_concepts=self.spread_concepts,
            append_descriptions=self.append_descriptions,
        )


class RecipeSettings(MeasuringSettings):
    """Settings of the experiment.

    Args:
        encoder: What is pre-trained, and how.
        corpus: What it learns from.
        changes: Name -> what is done in another way; gains are measured from the recipe.
    """

    encoder: BaseSettings
    corpus: CorpusSettings = Field(default_factory=CorpusSettings)
    changes: dict[str, ChangeSettings] = Field(min_length=1)

    @field_validator("changes")
    @classmethod
    def _named_otherwise(cls, changes: dict[str, ChangeSettings]) -> dict[str, ChangeSettings]:
        taken = [name for name in (BASE, UNCHANGED) if name in changes]
        if taken:
            raise ValueError(f"a change cannot be called {taken[0]!r}, which is what is compared with it")
        return changes


def _grid(settings: RecipeSettings) -> FewShotGrid:
    encoder, corpus = settings.encoder, settings.corpus
    changed = {name: change.trained(name, encoder, corpus) for name, change in settings.changes.items()}
    unchanged = encoder.trained(UNCHANGED, corpus.choice())
    return FewShotGrid({BASE: encoder.base, UNCHANGED: unchanged, **changed}, settings)


def _cells(settings: RecipeSettings) -> list[Cell]:
    return _grid(settings).cells


def _tables(settings: RecipeSettings, folder: ResultsFolder) -> list[ScoreTable]:
    references = dict.fromkeys(settings.changes, UNCHANGED)
    table = _grid(settings).table("Changes of the recipe", folder, references)
    same = [name for name in references if table.gains(name).size and not table.gains(name).any()]
    notes = [f"{name}: every score is that of the recipe, so this changes nothing here" for name in same]
    return [replace(table, notes=[*table.notes, *notes])]


def _claims(settings: RecipeSettings, tables: Sequence[ScoreTable]) -> list[Claim]:
    return []


def _plot(table: ScoreTable, path: Path) -> None:
    plot_gains(Summary.of(table), path)


RECIPE = Experiment(
    name="recipe",
    title="The recipe, and what else was tried",
    section="3.2, 3.3",
    question="Which part of the pre-training matters, and what would make it better?",
    settings=RecipeSettings,
    cells=_cells,
    tables=_tables,
    claims=_claims,
    plot=_plot,
)
