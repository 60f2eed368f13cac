"""What is shown of experiments that were run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml

from nuner.data_builders.pages.html_page import Picture

from .all_experiments import EXPERIMENTS
from .results.page import ExperimentReport, PaperFigures
from .results.score_table import ScoreTable

RESULT_FILE, SETTINGS_FILE, PICTURES = "result.json", "settings.yaml", "*.png"

# What comes of files that are no JSON, lack entries, or have others in their place.
_UNREADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError)

_PAPER = Path(__file__).with_name("paper")


def read_reports(output_dir: Path, tell: Callable[[str], None] = print) -> list[ExperimentReport]:
    """Read all experiments that were run into a folder, in the order of `all_experiments`.

    One that was damaged, or written by another version, keeps no other from the page.

    Args:
        output_dir: The folder of their results.
        tell: Called with which experiment is left out, and what to do.

    Example:
        ```python
        >>> from pathlib import Path
        >>> from nuner.trainers.experiments.report import read_reports
        >>> read_reports(Path("experiments"))
        []

        ```
    """
    reports = []
    for name in EXPERIMENTS:
        folder = output_dir / name
        if (folder / RESULT_FILE).is_file():
            try:
                reports.append(read_report(folder))
            except _UNREADABLE:
                tell(f"{folder / RESULT_FILE} is damaged or of another version: run {name} again to show it")
    return reports


def picture_names(experiment: str, tables: int) -> list[str]:
    """Name the pictures of the tables of an experiment, in their order.

    Args:
        experiment: Name of the experiment.
        tables: How many it has.

    Example:
        ```python
        >>> from nuner.trainers.experiments.report import picture_names
        >>> picture_names("recipe", 1), picture_names("text-diversity", 2)
        (['recipe.png'], ['text-diversity-1.png', 'text-diversity-2.png'])

        ```
    """
    return [f"{experiment}.png"] if tables == 1 else [f"{experiment}-{number + 1}.png" for number in range(tables)]


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
    captions = [f"{table.title}: {table.metric}." for table in tables]
    pictures = dict(zip(picture_names(experiment.name, len(tables)), captions, strict=True))
    others = {path.name: experiment.title for path in sorted(folder.glob(PICTURES))}
    return ExperimentReport(
        name=experiment.name,
        title=experiment.title,
        paper_section=f"section {experiment.section}",
        description=experiment.question,
        tables=tables,
        command=result["command"],
        settings=(folder / SETTINGS_FILE).read_text(encoding="utf-8"),
        facts=result["facts"],
        pictures=[Picture(folder / name, caption) for name, caption in (pictures or others).items()],
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
