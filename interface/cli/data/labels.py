"""`nuner labels`: labelled files of one tool as files of another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from nuner.data_builders.data_kinds import DataKind
from nuner.data_builders.plain_console import PlainConsole

from ..command_group import CommandGroup
from ..options.corpus import OnError, OnErrorPolicy
from ..options.labelled import Scheme, TagsColumn, WordsColumn
from ..options.output import Force
from ..wrong_kinds import Needed, refuse_wrong_kind

app = typer.Typer(cls=CommandGroup, help="Labelled files of annotation tools and libraries.", no_args_is_help=True)

_NAMES = (
    "label-studio, label-studio-min, prodigy, doccano, doccano-relation, ner-annotator, brat, webanno, pubtator, "
    "bioc, bioc-json, spacy, spacy-json, gliner, conversations, csv, conll, jsonl, parquet or, only read, "
    "annotation-store, studio"
)
Source = Annotated[
    Path, typer.Argument(metavar="IN", help="A labelled file, or a folder of brat's files; compressed or not.")
]
Target = Annotated[
    Path, typer.Argument(metavar="OUT", help="The file to write, compressed if it ends with .gz; for brat a folder.")
]
From = Annotated[
    str | None,
    typer.Option("--from", help=f"Format of IN: {_NAMES}. Told from its content by default.", show_default=False),
]
To = Annotated[
    str | None,
    typer.Option("--to", help="Format of OUT, one of the same. Told from its name by default.", show_default=False),
]


@app.callback()
def _labels() -> None:
    pass


@app.command("convert")
def convert(
    source: Source,
    target: Target,
    source_format: From = None,
    target_format: To = None,
    words_column: WordsColumn = None,
    tags_column: TagsColumn = None,
    scheme: Scheme = None,
    on_error: OnError = OnErrorPolicy.stop,
    force: Force = False,
) -> None:
    """Write labelled texts in the format of another tool.

    Texts, offsets and labels stay as they are wherever the new format can hold them; what it cannot is counted.
    """
    from nuner.data_builders.labelled.conversion import convert_labels
    from nuner.data_builders.labelled.formats.table import format_for, format_named

    for name, option in ((source_format, "--from"), (target_format, "--to")):
        if name is not None:
            try:
                format_named(name)
            except ValueError as error:
                raise typer.BadParameter(str(error), param_hint=option) from None
    if target_format is None:
        try:
            format_for(target)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--to") from None
    refuse_wrong_kind(source, Needed.LABELLED, accepted=(DataKind.CORPUS, DataKind.STORE))
    scheme_: Any = scheme
    done = convert_labels(
        source,
        target,
        source_format,
        target_format,
        words_column=words_column,
        tags_column=tags_column,
        scheme=scheme_,
        on_error=on_error.value,
        overwrite=force,
    )
    lines = [
        f"{done.texts:,} texts, {done.entities:,} entities: {done.source_format} to {done.target_format}; "
        f"written: {target}"
    ]
    lines += [f"  {count:,} {note}" for note, count in done.notes.most_common()]
    if len(done.rejections):
        lines.append(
            f"Left out {len(done.rejections):,} records that cannot be read; the first: {done.rejections.items[0]}"
        )
    PlainConsole(stderr=True).tell(*lines)
