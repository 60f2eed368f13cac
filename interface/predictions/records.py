"""Records with a text, out of text, JSON Lines, CSV and Parquet files, one after another."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

STANDARD_INPUT = "-"
SUFFIXES = {".txt": "text", ".jsonl": "jsonl", ".json": "jsonl", ".csv": "csv", ".parquet": "parquet"}
_PARQUET_BATCH = 1024


def format_of(path: str | Path, among: tuple[str, ...] = ("text", "jsonl", "csv", "parquet")) -> str:
    """Tell the format of a file by its ending.

    Args:
        path: The file.
        among: Formats that will do.

    Returns:
        `"text"`, `"jsonl"`, `"csv"` or `"parquet"`.

    Raises:
        ValueError: If the ending tells none of them.
    """
    found = SUFFIXES.get(Path(path).suffix.lower())
    if found not in among:
        endings = ", ".join(suffix for suffix, name in SUFFIXES.items() if name in among)
        raise ValueError(f"the ending of {path} tells no format; known are {endings}")
    return found


def read_records(path: str, file_format: str, column: str, skip: int = 0) -> Iterator[dict[str, Any]]:
    """Read records one after another, however large the file.

    Args:
        path: The file, or `-` for the standard input.
        file_format: As `format_of` tells it; `"text"` is a text a line.
        column: Field with the text.
        skip: Records at the beginning to pass over.

    Yields:
        The records; those of a text file have the one field `column`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If a record cannot be read or has no such field, with its line.
    """
    if file_format == "parquet":
        yield from _parquet_records(path, column, skip)
    elif path == STANDARD_INPUT:
        sys.stdin.reconfigure(encoding="utf-8")  # pyright: ignore[reportAttributeAccessIssue]
        yield from islice(_records(sys.stdin, "standard input", file_format, column), skip, None)
    else:
        with Path(path).open(encoding="utf-8-sig", newline="" if file_format == "csv" else None) as lines:
            yield from islice(_decoded(lines, path, file_format, column), skip, None)


def _decoded(lines: TextIO, name: str, file_format: str, column: str) -> Iterator[dict[str, Any]]:
    try:
        yield from _records(lines, name, file_format, column)
    except UnicodeDecodeError as error:
        raise ValueError(f"{name} is not UTF-8 text: {error.reason} at byte {error.start} of a block") from error


def _records(lines: TextIO, name: str, file_format: str, column: str) -> Iterator[dict[str, Any]]:
    if file_format == "text":
        for line in lines:
            yield {column: line.rstrip("\r\n")}
    elif file_format == "jsonl":
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _json_record(line, f"line {number} of {name}", column)
    else:
        csv.field_size_limit(1 << 30)
        rows = csv.DictReader(lines)
        _require(column, rows.fieldnames or (), name)
        try:
            for row in rows:
                if None in row:
                    raise ValueError(f"line {rows.line_num} of {name} has more fields than the header")
                yield dict(row)
        except csv.Error as error:
            raise ValueError(f"line {rows.line_num} of {name} is no CSV: {error}") from error


def _json_record(line: str, place: str, column: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"{place} is no JSON: {error.msg} at character {error.colno}") from error
    if not isinstance(record, dict):
        raise ValueError(f"{place} is no JSON object but a {type(record).__name__}")
    _require(column, record, place)
    return record


def _require(column: str, fields: Any, place: str) -> None:
    if column not in fields:
        raise ValueError(f"{place} has no field {column!r}, only {', '.join(map(str, fields))}; name it with --column")


def _parquet_records(path: str, column: str, skip: int) -> Iterator[dict[str, Any]]:
    import pyarrow
    from pyarrow import parquet

    if not Path(path).is_file():
        raise FileNotFoundError(2, "No such file", path)
    try:
        file = parquet.ParquetFile(path)
    except pyarrow.ArrowException as error:
        raise ValueError(f"{path} is no Parquet file: {error}") from error
    _require(column, file.schema_arrow.names, path)
    # Whole row groups are passed over without being read.
    groups = []
    for group in range(file.num_row_groups):
        rows = file.metadata.row_group(group).num_rows
        if skip >= rows and not groups:
            skip -= rows
        else:
            groups.append(group)
    batches = file.iter_batches(batch_size=_PARQUET_BATCH, row_groups=groups)
    yield from islice((record for batch in batches for record in batch.to_pylist()), skip, None)
