"""Experiment: what the size of the corpus does (section 5.3; figure 10, table 7)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from pydantic import Field

from ..cells.pretraining import Pretraining
from ..experiment import Experiment
from ..grids.few_shot_grid import FewShotGrid
from ..results.claims import Claim, flattens, rises
from ..results.pictures.by_x import plot_by_x
from ..results.score_table import ScoreTable
from ..runner.cell import Cell
from ..runner.results_folder import ResultsFolder
from ..settings.encoders import BASE, BaseSettings, CorpusSettings
from ..settings.measuring import MeasuringSettings
from ..settings.sizes import Sizes, limit, shown

EQUAL_EPOCHS, EQUAL_STEPS = "number of epochs held equal", "number of steps held equal"


class DatasetSizeSettings(MeasuringSettings):
    """Settings of the experiment.

    Args:
        encoder: What is pre-trained, and how.
        corpus: What the sentences are drawn from; `seed` among its options draws others.
        sizes: Numbers of sentences, those of the validation split among them. A smaller sample lies within a larger
            one.
    """

    encoder: BaseSettings
    corpus: CorpusSettings = Field(default_factory=CorpusSettings)
    sizes: Sizes


def _series(settings: DatasetSizeSettings) -> dict[str, dict[str, list[Pretraining]]]:
    """Return the rows of each line of the picture, the smallest first."""
    names = {size: f"{shown(size)} sentences" for size in settings.sizes}
    corpora = {size: settings.corpus.choice(max_examples=limit(size)) for size in settings.sizes}
    epochs = {size: settings.encoder.trained(names[size], corpora[size]) for size in settings.sizes}
    largest = settings.sizes[-1]
    rows: dict[str, dict[str, list[Pretraining]]] = {EQUAL_EPOCHS: {}, EQUAL_STEPS: {}}
    for size in settings.sizes:
        rows[EQUAL_EPOCHS][names[size]] = epochs[size]
        name = f"{names[size]}, steps held equal"
        steps_of = None if size == largest else epochs[largest]
        rows[EQUAL_STEPS][name] = settings.encoder.trained(name, corpora[size], steps_of)
    return rows


def _grid(settings: DatasetSizeSettings) -> FewShotGrid:
    rows = {name: runs for of_series in _series(settings).values() for name, runs in of_series.items()}
    return FewShotGrid({BASE: settings.encoder.base, **rows}, settings)


def _cells(settings: DatasetSizeSettings) -> list[Cell]:
    return _grid(settings).cells


def _tables(settings: DatasetSizeSettings, folder: ResultsFolder) -> list[ScoreTable]:
    series = {name: line for line, rows in _series(settings).items() for name in rows}
    grid = _grid(settings)
    return [
        grid.table(
            "Number of sentences",
            folder,
            dict.fromkeys(series, BASE),
            x={row: sum(figures["sentences"].values()) for row, figures in grid.trainings(folder).items()},
            series=series,
            notes=(
                "Random samples of the corpus, the smaller within the larger; a tenth of the sentences validates",
                "With as many epochs a small sample has few steps. To hold the number of steps equal, each sample is "
                "gone through until there were as many as with the largest",
            ),
        )
    ]


def _claims(settings: DatasetSizeSettings, tables: Sequence[ScoreTable]) -> list[Claim]:
    table, claims = tables[0], []
    for line, rows in _series(settings).items():
        names = list(rows)
        if len(names) > 1:
            claims.append(rises(table, names, f"More data are better ({line})"))
        # Sizes beyond that of the corpus are all the same.
        if len({table.x[name] for name in names}) == len(names) > 2:
            claims.append(flattens(table, names, f"The more data, the less another doubling gains ({line})"))
    return claims


DATASET_SIZE = Experiment(
    name="dataset-size",
    title="Effect of dataset size",
    section="5.3",
    question="How much better is an encoder that has learnt from more sentences?",
    settings=DatasetSizeSettings,
    cells=_cells,
    tables=_tables,
    claims=_claims,
    plot=partial(plot_by_x, label="sentences"),
)
