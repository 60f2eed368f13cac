"""Experiment: a map of the concepts (figure 6)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from ..cells.concept_mapping import ConceptMapping
from ..experiment import Experiment
from ..results.claims import Claim
from ..results.score_table import ScoreTable
from ..runner.cell import Cell
from ..runner.results_folder import ResultsFolder
from ..settings.encoders import CorpusSettings, EncoderSettings, Seed
from ..settings.reading import Settings


class ConceptMapSettings(Settings):
    """Settings of the experiment.

    Args:
        encoder: A bi-encoder, or what is pre-trained to be one.
        corpus: What the concepts are of.
        max_concepts: How many, the most frequent first.
        seed: Of the layout.
    """

    encoder: EncoderSettings
    corpus: CorpusSettings = Field(default_factory=CorpusSettings)
    max_concepts: int = Field(50_000, ge=5)
    seed: Seed = 0


def _cell(settings: ConceptMapSettings) -> ConceptMapping:
    encoder = settings.encoder.runs("NuNER")[0]
    return ConceptMapping("NuNER", encoder, settings.corpus.choice(), settings.max_concepts, settings.seed)


def _cells(settings: ConceptMapSettings) -> list[Cell]:
    return [_cell(settings)]


def _tables(settings: ConceptMapSettings, folder: ResultsFolder) -> list[ScoreTable]:
    return []


def _claims(settings: ConceptMapSettings, tables: Sequence[ScoreTable]) -> list[Claim]:
    return []


def _files(settings: ConceptMapSettings, folder: ResultsFolder) -> dict[str, Path]:
    drawn = folder.folder(_cell(settings))
    return {name: drawn / name for name in ConceptMapping.files}


CONCEPT_MAP = Experiment(
    name="concept-map",
    title="Map of the concepts",
    section="3",
    question="Which concepts are near to one another for the concept encoder?",
    settings=ConceptMapSettings,
    cells=_cells,
    tables=_tables,
    claims=_claims,
    files=_files,
)
