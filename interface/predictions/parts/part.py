"""One file of texts becomes one part of the output."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from nuner.data_builders.files.rows import Row
from nuner.data_builders.record_error import RecordError
from nuner.data_builders.rejections import Rejections
from nuner.modeling_nuner.recognition.recognizer import EntityRecognizer, RecognitionCounts
from nuner.modeling_nuner.recognition.text_sources import text_or_none

from ..pre_annotation import pre_annotation
from ..records import format_of, read_rows, schema_of
from ..run import with_entities
from ..writing import RecordFiles
from .locations import Location
from .output import PartCounts, PartsOutput


@dataclass(frozen=True)
class InputFile:
    """A file of the input and the part that it becomes.

    Args:
        location: Where it is.
        name: Its path below the folder that all files of the input are in.
        state: What tells this state of it from others.
        size: Its bytes.
        part: Name of its part.
    """

    location: Location
    name: str
    state: str
    size: int
    part: str


@dataclass(frozen=True)
class PartsJob:
    """What is done with each file; it travels to the processes that do it.

    Args:
        recognizer: Folder or Hub id.
        loading: How it is loaded: the other arguments of `EntityRecognizer.from_pretrained`.
        output: The folder of the parts.
        column: Field with the text.
        entities_field: Name of the new field.
        part_format: Format of the parts, as `RecordFiles` takes it.
        input_format: Format of the files; as their names end when left out.
        tool: The annotation tool that the parts are made for, if any.
        rows_at_once: Records in memory at a time.
    """

    recognizer: str
    loading: dict[str, Any]
    output: Location
    column: str = "text"
    entities_field: str = "entities"
    part_format: str = "jsonl"
    input_format: str | None = None
    tool: str | None = None
    rows_at_once: int = 10_000


@dataclass
class PartMaker:
    """Makes parts, with a recognizer that is loaded once.

    Args:
        job: What is done.
    """

    job: PartsJob

    @cached_property
    def recognizer(self) -> EntityRecognizer:
        """The recognizer, loaded when it is first needed."""
        return EntityRecognizer.from_pretrained(self.job.recognizer, **self.job.loading)

    def __call__(self, file: InputFile) -> PartCounts:
        """Recognize the texts of a file, and write its part.

        Args:
            file: The file.

        Returns:
            What became of it.

        Raises:
            ValueError: If the file as a whole cannot be read, or none of its records can be used.
            OSError: If it cannot be read, or its part cannot be written.
        """
        job = self.job
        rejections = Rejections()
        self.recognizer.counts = counts = RecognitionCounts()
        file_format = job.input_format or format_of(file.name)
        with file.location.as_local() as path, tempfile.TemporaryDirectory(prefix="nuner-") as folder:
            rows = read_rows(str(path), file_format, job.column, rejections, shown_as=file.name)
            records = (row.value for row in _with_texts(rows, job.column, rejections))
            found = with_entities(records, self.recognizer, job.column, job.entities_field)
            if job.tool:
                found = map(pre_annotation(job.tool, job.column, job.recognizer, job.entities_field), found)
            schema = schema_of(str(path), file.name) if file_format == "parquet" and not job.tool else None
            files = RecordFiles(job.part_format, job.entities_field, schema)
            pieces = list(_pieces(files, found, job.rows_at_once, Path(folder)))
            if len(rejections) and not counts.texts:
                raise ValueError(f"no record of {file.name} can be used; the first: {rejections.items[0]}")
            output = PartsOutput(job.output)
            if len(rejections):
                lines = (json.dumps(item, ensure_ascii=False) + "\n" for item in rejections.to_list())
                output.left_out(file.part).write("".join(lines))
            with job.output.inside(file.part).written() as unfinished:
                files.join_parts(pieces, unfinished)
        done = PartCounts(
            file.name,
            file.state,
            file.part,
            counts.texts,
            counts.empty,
            counts.windowed,
            counts.entities,
            len(rejections),
        )
        output.note(done)
        return done


def _with_texts(rows: Iterator[Row], column: str, rejections: Rejections) -> Iterator[Row]:
    for row in rows:
        try:
            text_or_none(row.value[column], row.line)
        except ValueError:
            kind = type(row.value[column]).__name__
            rejections.add(row.file, row.line, RecordError(f"the field {column!r} is no string", kind))
        else:
            yield row


def _pieces(files: RecordFiles, records: Iterator[dict[str, Any]], rows: int, folder: Path) -> Iterator[Path]:
    """Write records to files of some rows each; one without rows where there are none."""
    number = 0
    while (piece := list(islice(records, rows))) or not number:
        path = folder / f"{number:06d}"
        files.write_part(piece, path)
        yield path
        number += 1
