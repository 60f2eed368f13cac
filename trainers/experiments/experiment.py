"""An experiment of the paper: what is computed, and what is shown of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .results.claims import Claim
from .results.score_table import ScoreTable
from .runner.cell import Cell
from .runner.results_folder import ResultsFolder
from .settings.reading import Settings


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
        x_label: What the `x` of the tables counts, for a picture against it; without it the picture is against k.
    """

    name: str
    title: str
    section: str
    question: str
    settings: type[Settings]
    cells: Callable[[Any], Sequence[Cell]]
    tables: Callable[[Any, ResultsFolder], Sequence[ScoreTable]]
    claims: Callable[[Any, Sequence[ScoreTable]], Sequence[Claim]]
    x_label: str | None = None
