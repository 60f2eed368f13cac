"""`nuner quickstart`: the whole pipeline in minutes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..errors import StoppedByUser, UselessResult
from ..output import quiet_libraries


def quickstart(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for everything.")] = Path("nuner-quickstart"),
) -> None:
    """Pre-train, compare, fine-tune and recognize, on a CPU, without the network.

    Starts from a small encoder and the bundled corpus, shows how much better few-shot recognition becomes, and writes
    a recognizer and a report.
    """
    from nuner.trainers.pretraining.validation.learning import NotLearntError

    from ...quickstart.run import run_quickstart

    quiet_libraries()
    try:
        run_quickstart(output)
    except NotLearntError as error:
        raise UselessResult(str(error)) from None
    except KeyboardInterrupt:
        raise StoppedByUser(
            f"Stopped. What is complete in {output} is whole, and the same command goes on from the last checkpoint."
        ) from None
