"""`nuner predict`: the entities of the texts of a file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nuner.data_builders.plain_console import PlainConsole

from ..errors import StoppedByUser
from ..options.output import Force
from ..options.recognizer import (
    Backend,
    Decode,
    Decoding,
    Dtype,
    Labels,
    Runtime,
    Threshold,
    named_types,
    refuse_other_than_recognizer,
)
from ..options.texts import InputFormat, TextColumn
from ..output import quiet_libraries
from ..wrong_kinds import Needed, refuse_wrong_kind

if TYPE_CHECKING:
    from ...predictions.parts.part import PartsJob


class Engine(str, Enum):
    """What spreads the work."""

    ray = "ray"


class PartFormat(str, Enum):
    """Formats of the parts that an engine writes."""

    jsonl = "jsonl"
    parquet = "parquet"


class Tool(str, Enum):
    """Annotation tools that the output is made for."""

    label_studio = "label-studio"
    prodigy = "prodigy"
    doccano = "doccano"


def predict(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="Folder or Hub id of a recognizer or an export.")],
    source: Annotated[
        str,
        typer.Argument(
            metavar="INPUT",
            help="A .txt (a text a line), .jsonl, .csv, .tsv or .parquet file, compressed or not; - reads on. With "
            "--engine also a folder, a pattern such as 'texts/*.parquet', or a URL of these.",
        ),
    ] = "-",
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            help="A .jsonl, .csv, .tsv or .parquet file; standard output if left. With --engine a folder or a URL, "
            "for a part for each file of INPUT.",
            show_default=False,
        ),
    ] = None,
    column: TextColumn = "text",
    entities_field: Annotated[str, typer.Option(help="Name of the new field with the entities.")] = "entities",
    input_format: InputFormat = None,
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
    engine: Annotated[
        Engine | None, typer.Option(help="Spread many files over the processors of a cluster.", show_default=False)
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(
            help="The cluster of --engine: HOST:PORT, or auto for that of this machine; this machine alone if left.",
            show_default=False,
        ),
    ] = None,
    part_format: Annotated[
        PartFormat | None,
        typer.Option("--parts", help="Format of the parts of --engine; that of Parquet files is Parquet."),
    ] = None,
    restart: Annotated[bool, typer.Option("--restart", help="Throw away what an interrupted run left.")] = False,
    force: Force = False,
) -> None:
    """Find the entities of every text of a file, in constant memory; of many files, with --engine; or of one --text.

    Each record keeps its fields and gets one more for its entities, or becomes a task for an annotation tool. A run
    that was interrupted goes on with the same command.
    """
    from nuner.data_builders.files.new_output import new_output
    from nuner.data_builders.files.output_lock import output_lock
    from nuner.modeling_nuner.recognition.recognizer import EntityRecognizer

    from ...predictions.pre_annotation import pre_annotation
    from ...predictions.progress import PredictionProgress
    from ...predictions.records import STANDARD_INPUT, format_of, read_records, schema_of
    from ...predictions.run import PartedOutput, parts_folder, with_entities
    from ...predictions.table import entity_table
    from ...predictions.writing import RecordFiles, write_stream

    if backend == Runtime.torch:
        quiet_libraries()
    named = {"labels": named_types(label), "threshold": threshold}
    refuse_other_than_recognizer(model, backend, label)
    if source != STANDARD_INPUT:
        refuse_wrong_kind(source, Needed.TEXTS)
    loading = {"backend": backend.value, "dtype": dtype, "max_length": max_length, "decoding": decoding.value, **named}
    if engine is not None:
        from ...predictions.parts.locations import Location
        from ...predictions.parts.part import PartsJob

        if source == STANDARD_INPUT or output is None or text is not None or force:
            raise ValueError(
                "--engine takes INPUT and --output, neither --text nor --force; --restart throws away earlier parts"
            )
        job = PartsJob(
            model,
            loading,
            Location(output),
            column=column,
            entities_field=entities_field,
            part_format=_part_format(source, part_format, tool),
            input_format=input_format.value if input_format else None,
            tool=tool.value if tool else None,
            rows_at_once=rows_a_part,
        )
        _run_parts(source, job, address, restart)
        return
    if address is not None or part_format is not None:
        raise ValueError("--address and --parts are for --engine, which spreads many files over a cluster")
    load = partial(EntityRecognizer.from_pretrained, model, **loading)
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
    target = Path(output) if output is not None else None
    written = _output_format(target, tool)
    if target is not None:
        context.with_resource(output_lock(target))
        goes_on = parts_folder(target).is_dir()
        context.with_resource(new_output(target, inputs=[model, source], overwrite=force or goes_on))
    recognizer = load()

    def results(records: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        found = with_entities(records, recognizer, column, entities_field)
        return map(pre_annotation(tool.value, column, model, entities_field), found) if tool else found

    console = PlainConsole(stderr=True)
    try:
        if target is None:
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # pyright: ignore
            write_stream(results(read_records(source, chosen, column)), written, sys.stdout)
            sys.stdout.flush()
        else:
            settings = {
                "recognizer": model,
                "input": _state_of(source),
                "options": [backend.value, dtype, decoding.value, max_length, column, chosen],
                # Runs of earlier versions, which go on, have none of these.
                **named,
                "tool": tool.value if tool else None,
                "entities_field": None if entities_field == "entities" else entities_field,
            }
            schema = schema_of(source) if chosen == "parquet" and not tool else None
            files = RecordFiles(written, entities_field, schema)
            parts = PartedOutput(target, files, settings, rows_a_part, restart)
            done = parts.rows_done()
            if done:
                console.tell(f"Going on behind record {done:,}")
            with PredictionProgress(console) as progress:
                records = read_records(source, chosen, column, skip=done, tell_share=progress.read)
                parts.write(results(records), progress.advance)
    except KeyboardInterrupt:
        raise StoppedByUser(
            "Stopped."
            + (f" The same command goes on; what is done lies in {output}.parts." if output is not None else "")
        ) from None
    counts = recognizer.counts
    read = f"{counts.texts:,} texts ({counts.empty:,} empty, {counts.windowed:,} in windows)"
    console.tell(f"{read}, {counts.entities:,} entities" + (f"; written: {output}" if output else ""))


def _run_parts(source: str, job: PartsJob, address: str | None, restart: bool) -> None:
    from ...predictions.parts.run import run_parts

    console = PlainConsole(stderr=True)
    try:
        totals = run_parts(source, job, console, address=address, restart=restart)
    except KeyboardInterrupt:
        raise StoppedByUser(
            f"Stopped. The same command goes on; the parts that are done lie in {job.output.url}."
        ) from None
    read = "{texts:,} texts ({empty:,} empty, {windowed:,} in windows), {entities:,} entities".format(**totals)
    left_out = f"; {totals['left_out']:,} records left out, see _nuner/left_out there" if totals["left_out"] else ""
    console.tell(f"{read}; {totals['parts']:,} parts in {job.output.url}{left_out}")


def _part_format(source: str, named: PartFormat | None, tool: Tool | None) -> str:
    """Return the format of the parts: what the tool takes, what was named, or that of Parquet files."""
    from ...predictions.pre_annotation import PRE_ANNOTATION_FILES

    if tool is not None:
        return PRE_ANNOTATION_FILES[tool.value]
    return named.value if named else "parquet" if source.lower().partition("?")[0].endswith(".parquet") else "jsonl"


def _output_format(output: Path | None, tool: Tool | None) -> str:
    """Return the format of the output: what the tool takes, or as its ending tells."""
    from ...predictions.pre_annotation import PRE_ANNOTATION_FILES
    from ...predictions.records import format_of
    from ...predictions.writing import OUTPUT_FORMATS

    if tool is None:
        return format_of(output, OUTPUT_FORMATS) if output else "jsonl"
    written = PRE_ANNOTATION_FILES[tool.value]
    if output is not None and output.suffix.lower() != f".{written}":
        raise typer.BadParameter(f"{tool.value} takes a .{written} file, not {output.name}", param_hint="--output")
    return written


def _state_of(source: str) -> list[Any]:
    """Return what tells one state of the input from another."""
    path = Path(source)
    if not path.is_file():
        return [source]
    state = path.stat()
    return [str(path.resolve()), state.st_size, state.st_mtime_ns]
