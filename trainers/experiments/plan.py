"""Find out what an experiment would compute."""

from __future__ import annotations

import os

from .all_experiments import find_experiment
from .runner.plan import Plan
from .runner.results_folder import ResultsFolder
from .settings.reading import read_settings, settings_text


def plan_experiment(
    name: str,
    settings: str | os.PathLike[str] = "default",
    output_dir: str | os.PathLike[str] = "experiments",
) -> Plan:
    """Find out what `run_experiment` would compute, without computing any of it.

    Args:
        name: Name of the experiment.
        settings: Name of a preset of its settings, or a YAML file.
        output_dir: Folder of the results of all experiments.

    Returns:
        The results that are wanted, and the steps to them that are not there.

    Raises:
        FileNotFoundError: If the settings, an encoder or a data set do not exist.
        ValueError: If there is no such experiment, or the settings make no sense.

    Example:
        ```python
        >>> from nuner.trainers.experiments.plan import plan_experiment
        >>> plan = plan_experiment("few-shot-frozen")  # needs encoders  # doctest: +SKIP
        >>> [step.title for step in plan.steps][-1]  # needs encoders  # doctest: +SKIP
        'Measuring NuNER on support tickets'

        ```
    """
    experiment = find_experiment(name)
    chosen = read_settings(experiment.settings, settings_text(name, settings), os.fspath(settings))
    return Plan.of(experiment.cells(chosen), ResultsFolder(output_dir))
