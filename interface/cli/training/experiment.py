"""`nuner experiment`: run an experiment of the paper."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from nuner.data_builders.plain_console import PlainConsole

from ..errors import StoppedByUser
from ..output import quiet_libraries

if TYPE_CHECKING:
    from rich.console import Group

    from nuner.trainers.experiments.experiment import Experiment

WORKER_DIED = 1


def experiment(
    name: Annotated[
        str | None, typer.Argument(help="Name of the experiment; without it, all are listed.", show_default=False)
    ] = None,
    settings: Annotated[str, typer.Option(help="A YAML file, or a preset of the experiment.")] = "default",
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the results of all experiments.")] = Path(
        "experiments"
    ),
    jobs: Annotated[int, typer.Option(min=1, help="Steps to compute at a time; they share the cores.")] = 1,
    plan: Annotated[
        bool, typer.Option("--plan", help="Only say what is there, what is to be computed, and how long it takes.")
    ] = False,
    print_settings: Annotated[
        bool, typer.Option("--print-settings", help="Only print the settings, to be copied and edited.")
    ] = False,
) -> None:
    """Run an experiment of the paper, or go on with one that was cut short.

    What is computed is kept in OUTPUT by all that it depends on: the same command goes on where it was, and after a
    change of the settings only what it changes is computed. Tables and figures go to OUTPUT/NAME.
    """
    from nuner.trainers.experiments.all_experiments import EXPERIMENTS, find_experiment
    from nuner.trainers.experiments.plan import plan_experiment
    from nuner.trainers.experiments.run import run_experiment
    from nuner.trainers.experiments.runner.workers import WorkerDiedError
    from nuner.trainers.experiments.settings.reading import settings_text

    quiet_libraries()
    console = PlainConsole()
    if name is None:
        console.print(_list(EXPERIMENTS.values()))
    elif print_settings:
        typer.echo(settings_text(find_experiment(name).name, settings), nl=False)
    elif plan:
        console.tell(*plan_experiment(name, settings, output).lines(jobs))
    else:
        try:
            result = run_experiment(name, settings, output, jobs=jobs, tell=console.tell)
        except KeyboardInterrupt:
            raise StoppedByUser(
                f"Stopped. {output} has what is complete; run the same command again to go on."
            ) from None
        except WorkerDiedError as error:
            PlainConsole(stderr=True).tell(f"Error: {error}")
            raise typer.Exit(WORKER_DIED) from None
        for table in result["tables"]:
            console.print(_shown(table))
        console.tell(f"Written: {output / name}")


def _list(experiments: Iterable[Experiment]) -> Table:
    table = Table("name", "section", "question", box=SIMPLE_HEAD)
    for each in experiments:
        table.add_row(each.name, each.section, each.question)
    return table


def _shown(table: dict[str, Any]) -> Group:
    from nuner.trainers.experiments.results.layout import Layout
    from nuner.trainers.experiments.results.score_table import ScoreTable
    from nuner.trainers.experiments.results.summary import Summary
    from nuner.trainers.experiments.results.terminal import rich_table

    return rich_table(Layout.of(Summary.of(ScoreTable.from_dict(table))))
