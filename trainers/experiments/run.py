"""Run an experiment: compute what is missing, and write its tables, pictures and page."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from nuner.data_builders.files.whole_files import whole_files

from .all_experiments import find_experiment
from .report import RESULT_FILE, SETTINGS_FILE, picture_names, read_report, read_reports
from .results.markdown_report import markdown_report
from .results.page import write_experiments_page
from .runner.cell import Cell
from .runner.results_folder import ResultsFolder, machine
from .runner.run import run_cells
from .settings.reading import read_settings, settings_text

PAGE, TABLES_FILE = "report.html", "report.md"

_VERSIONS_OF = ("nuner", "torch", "transformers", "tokenizers", "datasets")


def run_experiment(
    name: str,
    settings: str | os.PathLike[str] = "default",
    output_dir: str | os.PathLike[str] = "experiments",
    *,
    jobs: int = 1,
    tell: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Run an experiment of the paper, or go on with it.

    Args:
        name: Name of the experiment.
        settings: Name of a preset of its settings, or a YAML file.
        output_dir: Folder of the results of all experiments. Those of this one go to a folder of its name in it:
            `result.json`, `report.md`, `settings.yaml` and a picture of each table. `report.html` shows all that were
            run.
        jobs: How many steps to compute at a time.
        tell: Called with what the user should know.

    Returns:
        What is in `result.json`: `tables` (as `ScoreTable.to_dict` returns them), `claims`, `settings`, `facts`.

    Raises:
        FileNotFoundError: If the settings, an encoder or a data set do not exist.
        ModuleNotFoundError: If matplotlib, of the extra `plot`, is not installed.
        OutputInUseError: If another process is computing into the folder.
        WorkerDiedError: If a process that computes has ended of itself, or was killed.
        ValueError: If there is no such experiment, or the settings make no sense.

    Example:
        ```python
        >>> from nuner.trainers.experiments.run import run_experiment
        >>> run_experiment("few-shot-frozen")  # takes minutes  # doctest: +SKIP

        ```
    """
    experiment = find_experiment(name)
    if find_spec("matplotlib") is None:
        raise ModuleNotFoundError("the pictures need matplotlib: pip install 'nuner[plot]'", name="matplotlib")
    text = settings_text(name, settings)
    chosen = read_settings(experiment.settings, text, os.fspath(settings))
    cells = experiment.cells(chosen)
    folder = run_cells(cells, output_dir, jobs=jobs, tell=tell)
    tables = experiment.tables(chosen, folder)
    result = {
        "experiment": name,
        "command": shlex.join(
            ["nuner", "experiment", name, "--settings", os.fspath(settings), "--output", os.fspath(output_dir)]
        ),
        "settings": chosen.model_dump(mode="json"),
        "tables": [table.to_dict() for table in tables],
        "claims": [claim.to_dict() for claim in experiment.claims(chosen, tables)],
        "facts": _facts(cells, folder),
    }
    pictures = picture_names(name, len(tables))
    with whole_files(Path(output_dir, name)) as staging:
        (staging / SETTINGS_FILE).write_text(text, encoding="utf-8")
        (staging / RESULT_FILE).write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        for table, picture in zip(tables, pictures, strict=True):
            experiment.plot(table, staging / picture)
        for file, path in experiment.files(chosen, folder).items():
            shutil.copyfile(path, staging / file)
    for picture in Path(output_dir, name).glob(f"{name}*.png"):
        if picture.name not in pictures:  # of a run with other tables
            picture.unlink()
    report = read_report(Path(output_dir, name))
    with whole_files(Path(output_dir, name)) as staging:
        (staging / TABLES_FILE).write_text(markdown_report(report), encoding="utf-8")
    write_experiments_page(read_reports(Path(output_dir), tell), Path(output_dir, PAGE))
    return result


def _facts(cells: Sequence[Cell], folder: ResultsFolder) -> dict[str, str]:
    seconds = sum(folder.seconds(cell) for cell in {cell.fingerprint: cell for cell in cells}.values())
    return {
        "machine": machine(),
        "time": f"{seconds / 60:.0f} min for all steps, one after another",
        "date": f"{datetime.now(timezone.utc):%Y-%m-%d}",
        "versions": ", ".join(f"{package} {version(package)}" for package in _VERSIONS_OF),
    }
