"""`nuner pull`: fetch a model or a corpus from the Hub."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from nuner.data_builders.plain_console import PlainConsole


class RepositoryType(str, Enum):
    """Kinds of repositories on the Hub."""

    model = "model"
    dataset = "dataset"
    space = "space"


def pull(
    repo_id: Annotated[str, typer.Argument(help="Repository on the Hub, namespace/name.", show_default=False)],
    folder: Annotated[
        Path | None, typer.Argument(help="Where to; a folder of the repository's name by default.", show_default=False)
    ] = None,
    repo_type: Annotated[
        RepositoryType, typer.Option("--type", help="What it is: a model, a data set or a Space.")
    ] = RepositoryType.model,
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit; main by default.")] = None,
) -> None:
    """Fetch a model, a corpus or a Space from the Hub to a folder.

    Run it again after an interruption: what is there already is not fetched again.
    """
    from nuner.hub_cards.hub.pull import pull_folder

    target = folder or Path(repo_id.split("/")[-1])
    pull_folder(repo_id, target, repo_type=repo_type.value, revision=revision)
    PlainConsole().tell(f"Fetched {repo_id} to {target}")
