"""Options of the commands that read texts."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer


class TextFormat(str, Enum):
    """Formats of files of texts."""

    text = "text"
    jsonl = "jsonl"
    csv = "csv"
    tsv = "tsv"
    parquet = "parquet"


TextColumn = Annotated[str, typer.Option("--column", help="Field with the text.")]
InputFormat = Annotated[
    TextFormat | None,
    typer.Option("--input-format", help="Format of the input, where its ending does not tell.", show_default=False),
]
