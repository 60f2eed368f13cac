"""Options of every command that reads an annotated corpus."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer


class OnErrorPolicy(str, Enum):
    """What to do about a bad record. typer makes a choice of an enumeration only."""

    skip = "skip"
    stop = "raise"


class CorpusFormat(str, Enum):
    """Formats of corpus files: the configurations of `NuNerCorpus` but the bundled one."""

    records = "records"
    numind = "numind"
    pile_ner = "pile_ner"


MaxConcepts = Annotated[int | None, typer.Option(help="Keep the annotations of the most frequent concepts only.")]
MaxExamples = Annotated[int | None, typer.Option(help="Keep a random sample of so many sentences.")]
Language = Annotated[
    list[str] | None,
    typer.Option(help="Keep this language only (ISO 639-1); may be repeated.", show_default=False),
]
OnError = Annotated[OnErrorPolicy, typer.Option(help="Leave bad records out, or stop at the first one.")]
