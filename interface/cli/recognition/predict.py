"""`nuner predict`: the entities of the texts of a file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from nuner.data_builders.plain_console import PlainConsole

from ..errors import StoppedByUser
from ..options.recognizer import Backend, Decode, Decoding, Dtype, Labels, Runtime, Threshold, named_types
from ..output import quiet_libraries


class InputFormat(str, Enum):
    """Formats of the input."""

    text = "text"
    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"


class Tool(str, Enum):
    """Annotation tools that the output is made for."""

    label_studio = "label-studio"
    prodigy = "prodigy"
    doccano = "doccano"


def predict(
    model: Annotated[str, typer.Argument(help="Folder or Hub id of a recognizer or an export.")],
    source: Annotated[
        str, typer.Argument(metavar="INPUT", help="A .txt (a text a line), .jsonl, .csv or .parquet file; - reads on.")
    ] = "-",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A .jsonl, .csv or .parquet file; standard output if left."),
    ] = None,
    column: Annotated[str, typer.Option(help="Field with the text.")] = "text",
    input_format: Annotated[
        InputFormat | None, typer.Option(help="Format of the input, where its ending does not tell.")
    ] = None,
    tool: Annotated[
        Tool | None,
        typer.Option(
            "--format", help="Write tasks for this annotation tool, the entities marked.", show_default=False
        ),
    ] = None,
    text: Annotated[
        str | None, typer.Option(help="A text to look at, in place of INPUT: prints a table.", show_default=False)
    ] = None,
    label: Labels = None,
    threshold: Threshold = None,
    backend: Backend = Runtime.torch,
    dtype: Dtype = None,
    decoding: Decode = Decoding.greedy,
    max_length: Annotated[
        int | None, typer.Option(min=3, help="Most tokens that are read at once.", show_default=False)
    ] = None,
    rows_a_part: Annotated[
        int, typer.Option("--rows-per-part", min=1, help="Records that an interruption costs at most.")
    ] = 10_000,
    restart: Annotated[bool, typer.Option("--restart", help="Throw away what an interrupted run left.")] = False,
) -> None:
    """Find the entities of every text of a file, in constant memory; or those of one text, with --text.

    Each record keeps its fields and gets the field entities, or becomes a task for an annotation tool. A run that was
    interrupted goes on with the same command.
    """
    from nuner.modeling_nuner.recognition.recognizer import EntityRecognizer

    from ...predictions.pre_annotation import PRE_ANNOTATION_FILES, pre_annotation
    from ...predictions.records import STANDARD_INPUT, format_of, read_records
    from ...predictions.run import PartedOutput, with_entities
    from ...predictions.table import entity_table
    from ...predictions.writing import OUTPUT_FORMATS, write_stream

    if backend == Runtime.torch:
        quiet_libraries()
    named = {"labels": named_types(label), "threshold": threshold}
    load = partial(
        EntityRecognizer.from_pretrained,
        model,
        backend.value,
        dtype,
        max_length=max_length,
        decoding=decoding.value,
        **named,
    )
    if text is not None:
        if source != STANDARD_INPUT or output is not None or tool is not None:
            raise ValueError("--text is for one look, in place of INPUT, --output and --format")
        PlainConsole().print(entity_table(load()(text)))
        return
    chosen = input_format.value if input_format else "text" if source == STANDARD_INPUT else format_of(source)
    if source == STANDARD_INPUT and chosen == "parquet":
        raise ValueError("Parquet cannot be read from the standard input; name the file")
    if source != STANDARD_INPUT and not Path(source).is_file():
        raise FileNotFoundError(2, "No such file", source)
    if tool:
        written = PRE_ANNOTATION_FILES[tool.value]
        if output is not None and output.suffix.lower() != f".{written}":
            raise typer.BadParameter(f"{tool.value} takes a .{written} file, not {output.name}", param_hint="--output")
    else:
        written = format_of(output, OUTPUT_FORMATS) if output else "jsonl"
    recognizer = load()

    def results(records: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        found = with_entities(records, recognizer, column)
        return map(pre_annotation(tool.value, column, model), found) if tool else found

    console = PlainConsole(stderr=True)
    try:
        if output is None:
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # pyright: ignore
            write_stream(results(read_records(source, chosen, column)), written, sys.stdout)
            sys.stdout.flush()
        else:
            settings = {
                "recognizer": model,
                "input": _state_of(source),
                "options": [backend.value, dtype, decoding.value, max_length, column, chosen],
                **named,
                **({"tool": tool.value} if tool else {}),
            }
            parts = PartedOutput(output, written, settings, rows_a_part, restart)
            done = parts.rows_done()
            if done:
                console.tell(f"Going on behind record {done:,}")
            records = read_records(source, chosen, column, skip=done)
            with _progress(console, done) as advance:
                parts.write(results(records), advance)
    except KeyboardInterrupt:
        raise StoppedByUser(
            "Stopped."
            + (f" The same command goes on; what is done lies in {output}.parts." if output is not None else "")
        ) from None
    counts = recognizer.counts
    read = f"{counts.texts:,} texts ({counts.empty:,} empty, {counts.windowed:,} in windows)"
    console.tell(f"{read}, {counts.entities:,} entities" + (f"; written: {output}" if output else ""))


def _state_of(source: str) -> list[Any]:
    """Return what tells one state of the input from another."""
    path = Path(source)
    if not path.is_file():
        return [source]
    state = path.stat()
    return [str(path.resolve()), state.st_size, state.st_mtime_ns]


@contextmanager
def _progress(console: PlainConsole, done: int) -> Iterator[Callable[[int], None]]:
    """Show a display that is told how many records were written."""
    columns = (
        TextColumn("Recognizing", markup=False),
        BarColumn(),
        TaskProgressColumn(show_speed=True),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None, completed=done)
        yield lambda rows: progress.advance(task, rows)
