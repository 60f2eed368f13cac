"""Options of every command that reads an annotated corpus."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Any

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
MaxAnnotations = Annotated[
    int | None, typer.Option(help="Keep a random sample of so many annotations, with all sentences.")
]
Language = Annotated[
    list[str] | None,
    typer.Option(
        help="Keep this language only (ISO 639-1); may be repeated. The bundled corpus has en, es, fr, it, nl, pl, pt "
        "and ru; all stands for all.",
        show_default="en for the bundled corpus, all for others",
    ),
]
KeepSource = Annotated[
    list[str] | None,
    typer.Option("--source", help="Keep sentences from this source only; may be repeated.", show_default=False),
]
ExcludeSource = Annotated[
    list[str] | None,
    typer.Option(help="Drop sentences from this source; may be repeated.", show_default=False),
]
OnError = Annotated[OnErrorPolicy, typer.Option(help="Leave bad records out, or stop at the first one.")]


def corpus_selection(
    *,
    max_concepts: int | None,
    max_examples: int | None,
    max_annotations: int | None,
    seed: int,
    language: Sequence[str] | None,
    source: Sequence[str] | None,
    exclude_source: Sequence[str] | None,
    on_error: OnErrorPolicy,
) -> dict[str, Any]:
    """Return the options that choose from a corpus, as `NuNerCorpus` names them."""
    # Left out where they are not used: the settings of a run that began before they were there must stay the same.
    later = {"max_annotations": max_annotations, "sources": source, "exclude_sources": exclude_source}
    return {
        "max_concepts": max_concepts,
        "max_examples": max_examples,
        "seed": seed,
        "languages": language or None,
        "on_error": on_error.value,
        **{name: value for name, value in later.items() if value},
    }
