"""Experiment: what the texts of the corpus do (section 5.1; figure 8, table 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from ..experiment import Experiment
from ..grids.few_shot_grid import FewShotGrid
from ..results.claims import Claim, alike
from ..results.score_table import ScoreTable
from ..runner.cell import Cell
from ..runner.results_folder import ResultsFolder
from ..settings.encoders import BASE, BaseSettings, CorpusName, CorpusSettings
from ..settings.measuring import MeasuringSettings

_WITHIN = 2.0


class TextDiversitySettings(MeasuringSettings):
    """Settings of the experiment.

    Args:
        encoder: What is pre-trained, and how.
        comparisons: Name -> the corpora that are compared, by their names. Of all in a comparison as many sentences
            are drawn as the smallest has.
    """

    encoder: BaseSettings
    comparisons: dict[str, Annotated[dict[CorpusName, CorpusSettings], Field(min_length=2)]] = Field(min_length=1)


def _grids(settings: TextDiversitySettings) -> dict[str, FewShotGrid]:
    """Return the rows of each comparison."""
    grids = {}
    for comparison, corpora in settings.comparisons.items():
        choices = {name: corpus.choice() for name, corpus in corpora.items()}
        rows = {
            name: settings.encoder.trained(name, replace(choice, sentences_of=tuple(choices.values())))
            for name, choice in choices.items()
        }
        grids[comparison] = FewShotGrid({BASE: settings.encoder.base, **rows}, settings)
    return grids


def _cells(settings: TextDiversitySettings) -> list[Cell]:
    cells: list[Cell] = []
    for grid in _grids(settings).values():
        cells += [cell for cell in grid.cells if cell not in cells]
    return cells


def _tables(settings: TextDiversitySettings, folder: ResultsFolder) -> list[ScoreTable]:
    tables = []
    for comparison, grid in _grids(settings).items():
        first, *others = settings.comparisons[comparison]
        references = {first: BASE, **dict.fromkeys(others, first)}
        notes = ["The corpora have the same number of sentences, drawn at random from those with more"]
        tables.append(grid.table(comparison, folder, references, notes=notes))
    return tables


def _claims(settings: TextDiversitySettings, tables: Sequence[ScoreTable]) -> list[Claim]:
    claims = []
    for corpora, table in zip(settings.comparisons.values(), tables, strict=True):
        first, *others = corpora
        claims += [alike(table, other, first, within=_WITHIN) for other in others]
    return claims


TEXT_DIVERSITY = Experiment(
    name="text-diversity",
    title="Effect of text diversity",
    section="5.1",
    question="Does it matter what texts an encoder has learnt from?",
    settings=TextDiversitySettings,
    cells=_cells,
    tables=_tables,
    claims=_claims,
)
