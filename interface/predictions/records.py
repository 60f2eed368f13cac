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
from nuner.data_builders.files.text_rows import csv_rows, line_rows, suffix_of
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
        yield from islice(_records(lines, "standard input", file_format, column), skip, None)
        return
    if not Path(path).is_file():
        raise FileNotFoundError(2, "No such file", path)
    with Path(path).open("rb") as file:
        unpacked = unpacked_stream(file)
        if file_format == "parquet":
            rows = max(1, _parquet_file(path).metadata.num_rows) if tell_share else 1
            for number, record in enumerate(_parquet_records(unpacked, path, column, skip), start=skip + 1):
                if tell_share:
                    tell_share(number / rows)
                yield record
            return
        size = max(1, Path(path).stat().st_size)
        for record in islice(_records(unpacked, path, file_format, column), skip, None):
            if tell_share:
                tell_share(file.tell() / size)
            yield record


def schema_of(path: str) -> pyarrow.Schema:
    """Return the types of the fields of a Parquet file.

    Args:
        path: The file.

    Raises:
        ValueError: If it is no Parquet file.
    """
    return _parquet_file(path).schema_arrow


def _parquet_file(path: str) -> parquet.ParquetFile:
    import pyarrow
    from pyarrow import parquet

    with Path(path).open("rb") as file:
        try:
            return parquet.ParquetFile(unpacked_stream(file))
        except (pyarrow.ArrowException, OSError) as error:
            raise ValueError(f"{path} is no Parquet file: {error}") from error


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
        raise ValueError(f"line {line} of {file} is no CSV: {error.detail}") from cause


def _records(file: Iterable[bytes], name: str, file_format: str, column: str) -> Iterator[dict[str, Any]]:
    # A line may end with a carriage return alone, too.
    lines = chain.from_iterable(line.splitlines(keepends=True) for line in file)
    if file_format == "text":
        rows: Iterator[Row] = line_rows(lines, name, _Refusals(), column, as_they_are=True)
    elif file_format == "jsonl":
        rows = json_rows(lines, name, _Refusals(), arrays=False)
    else:
        rows = csv_rows(
            lines,
            name,
            _Refusals(),
            _DELIMITERS[file_format],
            [column],
            check=lambda names: _require(column, names, name),
            longest_field=_LONGEST_FIELD,
        )
    for row in rows:
        record, place = row.value, f"line {row.line} of {name}"
        if not isinstance(record, dict):
            raise ValueError(f"{place} is no JSON object but a {type(record).__name__}")
        if None in record:
            raise ValueError(f"{place} has more fields than the header")
        _require(column, record, place)
        yield record


def _require(column: str, fields: Collection[str], place: str) -> None:
    if column not in fields:
        raise ValueError(f"{place} has no field {column!r}, only {', '.join(map(str, fields))}; name it with --column")


def _parquet_records(file: IO[bytes], path: str, column: str, skip: int) -> Iterator[dict[str, Any]]:
    rows = parquet_rows(file, path, _Refusals(), check=lambda names: _require(column, names, path), skip=skip)
    try:
        for row in rows:
            yield row.value
    except CorpusError as error:
        raise ValueError(f"{path} is no Parquet file: {error.__cause__}") from error
