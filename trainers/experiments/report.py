"""What is shown of experiments that were run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from nuner.data_builders.pages.html_page import Picture

from .all_experiments import EXPERIMENTS
from .results.page import ExperimentReport, PaperFigures
from .results.score_table import ScoreTable

RESULT_FILE, SETTINGS_FILE, PICTURES = "result.json", "settings.yaml", "*.png"

_PAPER = Path(__file__).with_name("paper")


def read_reports(output_dir: Path) -> list[ExperimentReport]:
    """Read all experiments that were run into a folder, in the order of `all_experiments`.

    Args:
        output_dir: The folder of their results.

    Example:
        ```python
        >>> from pathlib import Path
        >>> from nuner.trainers.experiments.report import read_reports
        >>> read_reports(Path("experiments"))
        []

        ```
    """
    return [read_report(output_dir / name) for name in EXPERIMENTS if (output_dir / name / RESULT_FILE).is_file()]


def read_report(folder: Path) -> ExperimentReport:
    """Read an experiment that was run.

    Args:
        folder: Its folder, with the name of the experiment.

    Returns:
        All that is shown of it.
    """
    experiment = EXPERIMENTS[folder.name]
    result: dict[str, Any] = json.loads((folder / RESULT_FILE).read_text(encoding="utf-8"))
    tables = [ScoreTable.from_dict(table) for table in result["tables"]]
    captions = iter(f"{table.title}: {table.metric}." for table in tables)
    return ExperimentReport(
        name=experiment.name,
        title=experiment.title,
        paper_section=f"section {experiment.section}",
        description=experiment.question,
        tables=tables,
        command=result["command"],
        settings=(folder / SETTINGS_FILE).read_text(encoding="utf-8"),
        facts=result["facts"],
        pictures=[Picture(path, next(captions, experiment.title)) for path in sorted(folder.glob(PICTURES))],
        paper=paper_figures(experiment.name),
        notes=_sentences(result["claims"]),
    )


def paper_figures(name: str) -> PaperFigures | None:
    """Return what the paper has of an experiment, if its figures are known.

    Args:
        name: Name of the experiment.

    Example:
        ```python
        >>> from nuner.trainers.experiments.report import paper_figures
        >>> paper_figures("few-shot-frozen").rows["NuNER"][0]
        '39.37'

        ```
    """
    file = _PAPER / f"{name}.yaml"
    return PaperFigures(**yaml.safe_load(file.read_text(encoding="utf-8"))) if file.is_file() else None


def _sentences(claims: Iterable[dict[str, str]]) -> list[str]:
    return [f"{claim['statement']}: {claim['verdict']}. {claim['evidence']}" for claim in claims]
