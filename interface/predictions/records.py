"""Records with a text, out of text, JSON Lines, CSV and Parquet files, one after another."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

from nuner.data_builders.files.compression import unpacked_stream
from nuner.data_builders.files.rows import NOT_JSON, NOT_UTF8, Row, json_rows, parquet_rows
from nuner.data_builders.files.text_rows import NOT_CSV, csv_rows, line_rows, suffix_of
from nuner.data_builders.record_error import RecordError
from nuner.data_builders.rejections import CorpusError, Rejections

if TYPE_CHECKING:
    import pyarrow
    from pyarrow import parquet

STANDARD_INPUT = "-"
SUFFIXES = {
    ".txt": "text",
    ".jsonl": "jsonl",
    ".json": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
}
INPUT_FORMATS = tuple(dict.fromkeys(SUFFIXES.values()))
_DELIMITERS = {"csv": ",;\t", "tsv": "\t"}
_LONGEST_FIELD = 1 << 30


def format_of(path: str | Path, among: tuple[str, ...] = INPUT_FORMATS) -> str:
    """Tell the format of a file by its ending, before which that of a compression may stand.

    Args:
        path: The file.
        among: Formats that will do.

    Returns:
        `"text"`, `"jsonl"`, `"csv"`, `"tsv"` or `"parquet"`.

    Raises:
        ValueError: If the ending tells none of them.
    """
    found = SUFFIXES.get(suffix_of(str(path)))
    if found not in among:
        endings = ", ".join(suffix for suffix, name in SUFFIXES.items() if name in among)
        raise ValueError(f"the ending of {path} tells no format; known are {endings}")
    return found


def read_records(
    path: str, file_format: str, column: str, skip: int = 0, tell_share: Callable[[float], object] | None = None
) -> Iterator[dict[str, Any]]:
    """Read records one after another, however large the file; what is compressed is unpacked on the way.

    Args:
        path: The file, or `-` for the standard input.
        file_format: As `format_of` tells it; `"text"` is a text a line, and the fields of `"csv"` may be divided by
            commas, semicolons or tabs.
        column: Field with the text.
        skip: Records at the beginning to pass over.
        tell_share: Told with each record which share of the file was read, from 0 to 1.

    Yields:
        The records; those of a text file have the one field `column`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If a record cannot be read or has no such field, with its line.
    """
    if path == STANDARD_INPUT:
        lines = unpacked_stream(sys.stdin.buffer)
        rows = _line_rows(lines, "standard input", file_format, column, _Refusals())
        yield from (row.value for row in islice(rows, skip, None))
        return
    for row in read_rows(path, file_format, column, _Refusals(), skip, tell_share):
        yield row.value


def read_rows(
    path: str,
    file_format: str,
    column: str,
    rejections: Rejections,
    skip: int = 0,
    tell_share: Callable[[float], object] | None = None,
    shown_as: str | None = None,
) -> Iterator[Row]:
    """Read the records of a file with the places they come from, and leave out those that cannot be read.

    Args:
        path: The file.
        file_format: As `read_records` takes it.
        column: Likewise.
        rejections: Gets the records that cannot be read or have no such field.
        skip: As above.
        tell_share: As above.
        shown_as: How messages name the file; the path by default.

    Yields:
        The rows, whose values are records.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file as a whole is damaged, or none of its records can have such a field.
    """
    name = shown_as or path
    if not Path(path).is_file():
        raise FileNotFoundError(2, "No such file", name)
    with Path(path).open("rb") as file:
        unpacked = unpacked_stream(file)
        if file_format == "parquet":
            total = max(1, _parquet_file(path, name).metadata.num_rows) if tell_share else 1
            for number, row in enumerate(_parquet_rows(unpacked, name, column, rejections, skip), start=skip + 1):
                if tell_share:
                    tell_share(number / total)
                yield row
            return
        size = max(1, Path(path).stat().st_size)
        for row in islice(_line_rows(unpacked, name, file_format, column, rejections), skip, None):
            if tell_share:
                tell_share(file.tell() / size)
            yield row


def schema_of(path: str, shown_as: str | None = None) -> pyarrow.Schema:
    """Return the types of the fields of a Parquet file.

    Args:
        path: The file.
        shown_as: How messages name the file; the path by default.

    Raises:
        ValueError: If it is no Parquet file.
    """
    return _parquet_file(path, shown_as or path).schema_arrow


def _parquet_file(path: str, name: str) -> parquet.ParquetFile:
    import pyarrow
    from pyarrow import parquet

    with Path(path).open("rb") as file:
        try:
            return parquet.ParquetFile(unpacked_stream(file))
        except (pyarrow.ArrowException, OSError) as error:
            raise ValueError(f"{name} is no Parquet file: {error}") from error


class _Refusals(Rejections):
    """Stops at the first record that cannot be read, and says so in the words of a run over texts."""

    def add(self, file: str, line: int, error: RecordError, part: Literal["record", "annotation"] = "record") -> None:
        cause = error.__cause__
        if error.reason == NOT_UTF8:
            where = f"{cause.reason} at byte {cause.start} of" if isinstance(cause, UnicodeDecodeError) else "see"
            raise ValueError(f"{file} is not UTF-8 text: {where} line {line}") from cause
        if error.reason == NOT_JSON:
            why = f"{cause.msg} at character {cause.colno}" if isinstance(cause, json.JSONDecodeError) else str(cause)
            raise ValueError(f"line {line} of {file} is no JSON: {why}") from cause
        if error.reason == NOT_CSV:
            raise ValueError(f"line {line} of {file} is no CSV: {error.detail}") from cause
        raise ValueError(f"line {line} of {file} {error.reason}{error.detail and f', {error.detail}'}") from cause


def _line_rows(
    file: Iterable[bytes], name: str, file_format: str, column: str, rejections: Rejections
) -> Iterator[Row]:
    # A line may end with a carriage return alone, too.
    lines = chain.from_iterable(line.splitlines(keepends=True) for line in file)
    if file_format == "text":
        rows: Iterator[Row] = line_rows(lines, name, rejections, column, as_they_are=True)
    elif file_format == "jsonl":
        rows = json_rows(lines, name, rejections, arrays=False)
    else:
        rows = csv_rows(
            lines,
            name,
            rejections,
            _DELIMITERS[file_format],
            [column],
            # A file of no bytes is one of no records, as in the other formats.
            check=lambda names: _require(column, names, name) if names else None,
            longest_field=_LONGEST_FIELD,
        )
    for row in rows:
        record = row.value
        if not isinstance(record, dict):
            rejections.add(name, row.line, RecordError(f"is no JSON object but a {type(record).__name__}"))
        elif None in record:
            rejections.add(name, row.line, RecordError("has more fields than the header"))
        elif column not in record:
            rejections.add(name, row.line, RecordError(*_lack(column, record)))
        else:
            yield row


def _lack(column: str, fields: Collection[str]) -> tuple[str, str]:
    return f"has no field {column!r}", f"only {', '.join(map(str, fields))}; name it with --column"


def _require(column: str, fields: Collection[str], place: str) -> None:
    if column not in fields:
        raise ValueError(f"{place} {', '.join(_lack(column, fields))}")


def _parquet_rows(file: IO[bytes], name: str, column: str, rejections: Rejections, skip: int) -> Iterator[Row]:
    try:
        yield from parquet_rows(file, name, rejections, check=lambda names: _require(column, names, name), skip=skip)
    except CorpusError as error:
        raise ValueError(f"{name} is no Parquet file: {error.__cause__}") from error
