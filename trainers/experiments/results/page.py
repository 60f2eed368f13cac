"""One page of all experiments that were run."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nuner.data_builders.files.whole_files import write_whole
from nuner.data_builders.pages.html_page import Picture, render_page

from .layout import Layout
from .score_table import ScoreTable
from .summary import Summary


@dataclass(frozen=True)
class PaperFigures:
    """What the paper has of an experiment, to stand beside ours.

    Args:
        source: Where in the paper it stands, and what differs from what we measured.
        header: What stands above the columns but the first.
        rows: Row -> one figure a column.
    """

    source: str
    header: Sequence[str]
    rows: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class ExperimentReport:
    """An experiment that was run, as its page shows it.

    Args:
        name: What the experiment is called on the command line.
        title: What was asked.
        paper_section: Where it stands in the paper.
        description: What was compared, and how.
        tables: What came out.
        command: The command that runs it.
        settings: Its settings, as YAML.
        facts: What it ran on and how long: machine, time, versions.
        pictures: Of the tables.
        paper: What the paper has of it.
        notes: What else there is to say.
    """

    name: str
    title: str
    paper_section: str
    description: str
    tables: Sequence[ScoreTable]
    command: str
    settings: str
    facts: Mapping[str, str]
    pictures: Sequence[Picture] = ()
    paper: PaperFigures | None = None
    notes: Sequence[str] = ()


def write_experiments_page(reports: Sequence[ExperimentReport], path: str | os.PathLike[str]) -> None:
    """Write a page of experiments, with all their tables and pictures.

    Args:
        reports: The experiments, in the order of the page.
        path: The HTML file, in a folder that is there; it needs no other, and texts in it are escaped.

    Example:
        ```python
        >>> import tempfile
        >>> from pathlib import Path
        >>> table = ScoreTable("Encoders", "Token F1, in percent", {"base": {"tickets": {1: [[20.0, 30.0]]}}})
        >>> report = ExperimentReport(
        ...     "few-shot-frozen",
        ...     "Frozen encoders",
        ...     "section 4.1",
        ...     "A linear layer on each encoder.",
        ...     [table],
        ...     command="nuner experiment few-shot-frozen",
        ...     settings="ks: [1]",
        ...     facts={"machine": "2 cores"},
        ... )
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_experiments_page([report], Path(folder, "report.html"))
        ...     "25.0" in Path(folder, "report.html").read_text()
        True

        ```
    """
    layouts = {report.name: [Layout.of(Summary.of(table)) for table in report.tables] for report in reports}
    page = render_page(
        "nuner.trainers.experiments.results", "experiments.html.jinja", reports=reports, layouts=layouts
    )
    write_whole(path, page, errors="xmlcharrefreplace")
