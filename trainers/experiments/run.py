"""Run an experiment: compute what is missing, and write its table."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nuner.data_builders.files.whole_files import whole_files

from .all_experiments import find_experiment
from .runner.results_folder import machine
from .runner.run import run_cells
from .settings.reading import read_settings, settings_text

RESULT_FILE, SETTINGS_FILE = "result.json", "settings.yaml"


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
        output_dir: Folder of the results of all experiments; those of this one go to a folder of its name in it.
        jobs: How many steps to compute at a time.
        tell: Called with what the user should know.

    Returns:
        What is in `result.json`.

    Raises:
        FileNotFoundError: If the settings, an encoder or a data set do not exist.
        OutputInUseError: If another process is computing into the folder.
        ValueError: If there is no such experiment, or the settings make no sense.

    Example:
        ```python
        >>> from nuner.trainers.experiments.run import run_experiment
        >>> run_experiment("few-shot-frozen")  # takes minutes  # doctest: +SKIP

        ```
    """
    experiment = find_experiment(name)
    text = settings_text(name, settings)
    chosen = read_settings(experiment.settings, text, os.fspath(settings))
    cells = experiment.cells(chosen)
    folder = run_cells(cells, output_dir, jobs=jobs, tell=tell)
    tables = experiment.tables(chosen, folder)
    result = {
        "experiment": name,
        "settings": chosen.model_dump(mode="json"),
        "tables": [table.to_dict() for table in tables],
        "claims": [claim.to_dict() for claim in experiment.claims(chosen, tables)],
        "seconds": round(sum(folder.seconds(cell) for cell in cells)),
        "machine": machine(),
    }
    with whole_files(Path(output_dir, name)) as staging:
        (staging / SETTINGS_FILE).write_text(text, encoding="utf-8")
        (staging / RESULT_FILE).write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return result
