"""Options of every command that reads labelled sentences."""

from __future__ import annotations

from typing import Annotated

import typer

from nuner.data_builders.data_kinds import DataKind
from nuner.data_builders.labelled.support_tickets import SUPPORT_TICKETS

from ..wrong_kinds import Needed, refuse_wrong_kind

_LABELLED_DATA = (
    "Labelled data: a file of any tool (see nuner labels convert) or a folder of such files, the store of nuner "
    f"annotate --types, a Hub id, or {SUPPORT_TICKETS}."
)
Data = Annotated[str, typer.Option(help=_LABELLED_DATA)]
DataSets = Annotated[
    list[str], typer.Option("--data", help=f"{_LABELLED_DATA} Repeat to learn from several; hand-labelled ones first.")
]
Config = Annotated[str | None, typer.Option(help="Configuration of a Hub data set.")]
Scheme = Annotated[
    str | None, typer.Option(help="IOB1, IOB2, BIOES, BILOU, BMES or plain; told from the tags by default.")
]
WordsColumn = Annotated[
    str | None,
    typer.Option(help="Column of the words: its name, or its number from 0; told from its content by default."),
]
TagsColumn = Annotated[str | None, typer.Option(help="Column of the tags, likewise.")]


def refuse_other_than_labelled(data: str) -> None:
    """Refuse what is no labelled data.

    Args:
        data: Folder, file or Hub id, as the user gave it, or the name of the bundled task.

    Raises:
        ValueError: If it is a folder or file of another kind.
    """
    # A recognizer of the tickets may well lie in a folder of this name.
    if data != SUPPORT_TICKETS:
        # A store may have labels, if types were asked for; what reads it says so if not.
        refuse_wrong_kind(data, Needed.LABELLED, accepted=(DataKind.STORE,))
