"""Experiment: what the size of the encoder does (appendix A.1; figure 12, table 8)."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field, field_validator

from ..experiment import Experiment
from ..grids.few_shot_grid import FewShotGrid
from ..results.claims import Claim, gains_everywhere, gains_most_below, rises
from ..results.score_table import ScoreTable
from ..runner.cell import Cell
from ..runner.results_folder import ResultsFolder
from ..settings.encoders import BaseSettings, CorpusSettings
from ..settings.measuring import MeasuringSettings

# Below it the paper has the larger gain.
_SMALL_K = 10


class ModelSizeSettings(MeasuringSettings):
    """Settings of the experiment.

    Args:
        encoders: Name -> what is pre-trained, and how; the smallest first.
        corpus: What all learn from.
    """

    encoders: dict[str, BaseSettings] = Field(min_length=1)
    corpus: CorpusSettings = Field(default_factory=CorpusSettings)

    @field_validator("encoders")
    @classmethod
    def _named_otherwise(cls, encoders: dict[str, BaseSettings]) -> dict[str, BaseSettings]:
        taken = [_nuner(name) for name in encoders if _nuner(name) in encoders]
        if taken:
            raise ValueError(f"an encoder cannot be called {taken[0]!r}, which is what is compared with it")
        return encoders


def _nuner(name: str) -> str:
    return f"NuNER ({name})"


def _grid(settings: ModelSizeSettings) -> FewShotGrid:
    bases = {name: encoder.base for name, encoder in settings.encoders.items()}
    corpus = settings.corpus.choice()
    trained = {_nuner(name): encoder.trained(_nuner(name), corpus) for name, encoder in settings.encoders.items()}
    return FewShotGrid({**bases, **trained}, settings)


def _cells(settings: ModelSizeSettings) -> list[Cell]:
    return _grid(settings).cells


def _tables(settings: ModelSizeSettings, folder: ResultsFolder) -> list[ScoreTable]:
    references = {_nuner(name): name for name in settings.encoders}
    return [_grid(settings).table("Size of the encoder", folder, references)]


def _claims(settings: ModelSizeSettings, tables: Sequence[ScoreTable]) -> list[Claim]:
    table, trained = tables[0], [_nuner(name) for name in settings.encoders]
    claims = [gains_everywhere(table, _nuner(name), name) for name in settings.encoders]
    if len(trained) > 1:
        claims.append(rises(table, trained, "Larger encoders are better"))
        if table.ks[0] < _SMALL_K <= table.ks[-1]:
            claims.append(gains_most_below(table, trained[-1], trained[0], _SMALL_K))
    return claims


MODEL_SIZE = Experiment(
    name="model-size",
    title="Effect of model size",
    section="A.1",
    question="How much better is a larger encoder, before and after pre-training?",
    settings=ModelSizeSettings,
    cells=_cells,
    tables=_tables,
    claims=_claims,
)
