"""Experiment: an encoder of many languages (appendix A.2; table 3)."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from ..experiment import Experiment
from ..grids.few_shot_grid import FewShotGrid
from ..results.claims import Claim, gains_everywhere
from ..results.score_table import ScoreTable
from ..runner.cell import Cell
from ..runner.results_folder import ResultsFolder
from ..settings.encoders import BASE, BaseSettings, CorpusName, CorpusSettings
from ..settings.measuring import MeasuringSettings


class MultilingualSettings(MeasuringSettings):
    """Settings of the experiment; its data sets are one a language.

    Args:
        encoder: What is pre-trained, and how.
        corpora: Name -> what it learns from, such as one language and all of them.
    """

    encoder: BaseSettings
    corpora: dict[CorpusName, CorpusSettings] = Field(min_length=1)


def _grid(settings: MultilingualSettings) -> FewShotGrid:
    rows = {name: settings.encoder.trained(name, corpus.choice()) for name, corpus in settings.corpora.items()}
    return FewShotGrid({BASE: settings.encoder.base, **rows}, settings)


def _cells(settings: MultilingualSettings) -> list[Cell]:
    return _grid(settings).cells


def _tables(settings: MultilingualSettings, folder: ResultsFolder) -> list[ScoreTable]:
    return [_grid(settings).table("Languages", folder, dict.fromkeys(settings.corpora, BASE))]


def _claims(settings: MultilingualSettings, tables: Sequence[ScoreTable]) -> list[Claim]:
    return [gains_everywhere(tables[0], name, BASE) for name in settings.corpora]


MULTILINGUAL = Experiment(
    name="multilingual",
    title="Many languages",
    section="A.2",
    question="Does it work in other languages, also in those that it has not learnt from?",
    settings=MultilingualSettings,
    cells=_cells,
    tables=_tables,
    claims=_claims,
)
