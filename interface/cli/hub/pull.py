"""`nuner pull`: fetch a model or a corpus from the Hub."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from nuner.data_builders.plain_console import PlainConsole

from ..options.output import Force


class RepositoryType(str, Enum):
    """Kinds of repositories on the Hub."""

    model = "model"
    dataset = "dataset"
    space = "space"


def pull(
    context: typer.Context,
    repo_id: Annotated[str, typer.Argument(help="Repository on the Hub, namespace/name.", show_default=False)],
    folder: Annotated[
        Path | None, typer.Argument(help="Where to; a folder of the repository's name by default.", show_default=False)
    ] = None,
    repo_type: Annotated[
        RepositoryType, typer.Option("--type", help="What it is: a model, a data set or a Space.")
    ] = RepositoryType.model,
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit; main by default.")] = None,
    force: Force = False,
) -> None:
    """Fetch a model, a corpus or a Space from the Hub to a folder.

    Run it again after an interruption: what is there already is not fetched again.
    """
    from nuner.data_builders.files.new_output import new_output
    from nuner.data_builders.files.output_lock import output_lock
    from nuner.hub_cards.hub.pull import pull_folder, was_pulled

    target = folder or Path(repo_id.split("/")[-1])
    context.with_resource(output_lock(target))
    context.with_resource(new_output(target, overwrite=force or was_pulled(target)))
    pull_folder(repo_id, target, repo_type=repo_type.value, revision=revision)
    PlainConsole().tell(f"Fetched {repo_id} to {target}")
