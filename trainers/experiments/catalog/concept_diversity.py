"""Experiment: what the number of concepts does (section 5.2; figure 9, table 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from pydantic import Field

from ..cells.pretraining import Pretraining
from ..experiment import Experiment
from ..grids.few_shot_grid import FewShotGrid
from ..results.claims import Claim, rises
from ..results.pictures.by_x import plot_by_x
from ..results.score_table import ScoreTable
from ..runner.cell import Cell
from ..runner.results_folder import ResultsFolder
from ..settings.encoders import BASE, BaseSettings, CorpusSettings
from ..settings.measuring import MeasuringSettings
from ..settings.sizes import Sizes, limit, shown

AS_THEY_ARE, HELD_EQUAL = "all annotations of these concepts", "number of annotations held equal"


class ConceptDiversitySettings(MeasuringSettings):
    """Settings of the experiment.

    Args:
        encoder: What is pre-trained, and how.
        corpus: What the concepts are chosen from; `max_examples` among its options draws the sample of the paper.
        concepts: How many concepts to keep, the most frequent ones.
    """

    encoder: BaseSettings
    corpus: CorpusSettings = Field(default_factory=CorpusSettings)
    concepts: Sizes


def _series(settings: ConceptDiversitySettings) -> dict[str, dict[str, list[Pretraining]]]:
    """Return the rows of each line of the picture, the fewest concepts first."""
    rows: dict[str, dict[str, list[Pretraining]]] = {AS_THEY_ARE: {}, HELD_EQUAL: {}}
    fewest = settings.corpus.choice(max_concepts=limit(settings.concepts[0]))
    for number in settings.concepts:
        name, corpus = f"{shown(number)} concepts", settings.corpus.choice(max_concepts=limit(number))
        rows[AS_THEY_ARE][name] = settings.encoder.trained(name, corpus)
        name, equal = f"{name}, annotations held equal", replace(corpus, annotations_of=(fewest,))
        rows[HELD_EQUAL][name] = settings.encoder.trained(name, corpus if corpus == fewest else equal)
    return rows


def _grid(settings: ConceptDiversitySettings) -> FewShotGrid:
    rows = {name: runs for of_series in _series(settings).values() for name, runs in of_series.items()}
    return FewShotGrid({BASE: settings.encoder.base, **rows}, settings)


def _cells(settings: ConceptDiversitySettings) -> list[Cell]:
    return _grid(settings).cells


def _tables(settings: ConceptDiversitySettings, folder: ResultsFolder) -> list[ScoreTable]:
    series = {name: line for line, rows in _series(settings).items() for name in rows}
    grid = _grid(settings)
    return [
        grid.table(
            "Number of concepts",
            folder,
            dict.fromkeys(series, BASE),
            x={row: figures["concepts"] for row, figures in grid.trainings(folder).items()},
            series=series,
            notes=(
                "Of the corpus the annotations with its most frequent concepts are kept, and all sentences",
                "Fewer concepts also have fewer annotations. To hold their number equal, as many as "
                f"{shown(settings.concepts[0])} concepts have are drawn at random, and rare concepts may be missing",
            ),
        )
    ]


def _claims(settings: ConceptDiversitySettings, tables: Sequence[ScoreTable]) -> list[Claim]:
    return [
        rises(tables[0], list(rows), f"More concepts are better ({line})")
        for line, rows in _series(settings).items()
        if len(rows) > 1
    ]


CONCEPT_DIVERSITY = Experiment(
    name="concept-diversity",
    title="Effect of concept diversity",
    section="5.2",
    question="Is an encoder better that has learnt from more concepts?",
    settings=ConceptDiversitySettings,
    cells=_cells,
    tables=_tables,
    claims=_claims,
    plot=partial(plot_by_x, label="concepts"),
)
