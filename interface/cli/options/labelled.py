"""Options of every command that reads labelled sentences."""

from __future__ import annotations

from typing import Annotated

import typer

from nuner.data_builders.labelled.support_tickets import SUPPORT_TICKETS

Data = Annotated[
    str,
    typer.Option(help=f"Labelled data: a folder or file (JSON Lines, CoNLL columns), a Hub id, {SUPPORT_TICKETS}."),
]
Config = Annotated[str | None, typer.Option(help="Configuration of a Hub data set.")]
Scheme = Annotated[
    str | None, typer.Option(help="IOB1, IOB2, BIOES, BILOU, BMES or plain; told from the tags by default.")
]
TagsColumn = Annotated[
    str | None, typer.Option(help="Name of the column of the tags; in CoNLL columns its number, from 0.")
]
