"""Options of every command that reads labelled sentences."""

from __future__ import annotations

from typing import Annotated

import typer

from nuner.data_builders.labelled.support_tickets import SUPPORT_TICKETS

Data = Annotated[
    str,
    typer.Option(
        help="Labelled data: a file of any tool (see nuner labels convert) or a folder of such files, a Hub id, or "
        f"{SUPPORT_TICKETS}."
    ),
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
