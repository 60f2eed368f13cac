"""An experiment of the paper: what is computed, and what is shown of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .results.claims import Claim
from .results.pictures.by_k import plot_by_k
from .results.score_table import ScoreTable
from .runner.cell import Cell
from .runner.results_folder import ResultsFolder
from .settings.reading import Settings


def _no_files(settings: Any, folder: ResultsFolder) -> Mapping[str, Path]:
    return {}


@dataclass(frozen=True)
class Experiment:
    """A question, the cells that answer it, and their table.

    Args:
        name: What the command line calls it.
        title: What pages call it.
        section: Section of the paper, with its figures and tables.
        question: What is asked, in a sentence.
        settings: What its settings are read as.
        cells: Settings -> the results that are wanted.
        tables: Settings and results -> the tables.
        claims: Settings and tables -> what the paper found, and whether it holds for them.
        plot: Draws a table into a file; the scores against k unless it is given.
        files: Settings and results -> files beside the table, by name, such as a page.
    """

    name: str
    title: str
    section: str
    question: str
    settings: type[Settings]
    cells: Callable[[Any], Sequence[Cell]]
    tables: Callable[[Any, ResultsFolder], Sequence[ScoreTable]]
    claims: Callable[[Any, Sequence[ScoreTable]], Sequence[Claim]]
    plot: Callable[[ScoreTable, Path], None] = plot_by_k
    files: Callable[[Any, ResultsFolder], Mapping[str, Path]] = _no_files
