"""`nuner quickstart`: the whole pipeline in minutes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..errors import StoppedByUser, UselessResult
from ..options.output import Force
from ..output import quiet_libraries


def quickstart(
    context: typer.Context,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for everything.")] = Path("nuner-quickstart"),
    force: Force = False,
) -> None:
    """Pre-train, compare, fine-tune and recognize, on a CPU, without the network.

    Starts from a small encoder and the bundled corpus, shows how much better few-shot recognition becomes, and writes
    a recognizer and a report.
    """
    from nuner.data_builders.files.new_output import new_output
    from nuner.data_builders.files.output_lock import output_lock
    from nuner.trainers.pretraining.validation.learning import NotLearntError

    from ...quickstart.files import QuickstartFiles
    from ...quickstart.run import run_quickstart

    quiet_libraries()
    context.with_resource(output_lock(output))
    context.with_resource(new_output(output, overwrite=force or QuickstartFiles(output).is_unfinished))
    try:
        run_quickstart(output)
    except NotLearntError as error:
        raise UselessResult(str(error)) from None
    except KeyboardInterrupt:
        raise StoppedByUser(
            f"Stopped. What is complete in {output} is whole, and the same command goes on from the last checkpoint."
        ) from None
