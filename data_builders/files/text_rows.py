"""Read rows of plain text, CSV, JSON Lines or Parquet, each with the place it comes from."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from ..rejections import Rejections
from ..schema import RecordError
from .compression import first_bytes, open_unpacked
from .rows import NOT_UTF8, PARQUET_MAGIC, UTF8_BOM, Row, json_rows, parquet_rows, sound_lines

NOT_CSV = "the row is not valid CSV"

_COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_JSON = (".jsonl", ".json", ".ndjson")


def text_rows(path: str, columns: Sequence[str], rejections: Rejections) -> Iterator[Row]:
    """Read a file of any size row by row; what is compressed is unpacked on the way.

    The format goes by the name of the file (`.csv`, `.tsv`, `.jsonl`, `.json`, `.ndjson`, with or without the
    ending of a compression), Parquet by its first bytes. Every other file is plain text, and each of its lines a
    row of one column, the first of `columns`. Blank lines are passed over.

    Args:
        path: A local path, or a URL that `fsspec` opens.
        columns: The columns that are wanted; other formats than Parquet may return more.
        rejections: Gets the rows that are not UTF-8, or not of their format.

    Raises:
        FileNotFoundError: The file is not there.
        CorpusError: The file as a whole is damaged, or a Parquet file lacks a column.
    """
    suffix = _suffix(path)
    parquet = first_bytes(path).startswith(PARQUET_MAGIC)
    with open_unpacked(path) as file:
        if parquet:
            yield from parquet_rows(file, path, rejections, columns)
        elif suffix in _JSON:
            yield from json_rows(file, path, rejections)
        elif suffix in _DELIMITERS:
            yield from csv_rows(file, path, rejections, _DELIMITERS[suffix])
        else:
            yield from line_rows(file, path, rejections, columns[0])


def line_rows(file: Iterable[bytes], name: str, rejections: Rejections, column: str) -> Iterator[Row]:
    """Read the lines of a text file.

    Args:
        file: Yields lines of bytes.
        name: How messages name the file.
        rejections: Gets the lines that are not UTF-8.
        column: The column that the text goes into.
    """
    for number, line in enumerate(sound_lines(file, name), start=1):
        try:
            text = (line.removeprefix(UTF8_BOM) if number == 1 else line).decode("utf-8").strip()
        except UnicodeDecodeError as error:
            rejections.add(name, number, RecordError(NOT_UTF8, f"byte {error.start + 1}"))
        else:
            if text:
                yield Row(name, number, {column: text})


def csv_rows(file: Iterable[bytes], name: str, rejections: Rejections, delimiter: str = ",") -> Iterator[Row]:
    """Read a CSV file whose first line names the columns.

    Args:
        file: Yields lines of bytes.
        name: How messages name the file.
        rejections: Gets the rows that are not UTF-8 or not CSV; a row's line is that on which it ends.
        delimiter: What stands between the fields.
    """
    # Wrong bytes are smuggled through the parser, since only it knows where a row begins and ends.
    lines = (
        (line.removeprefix(UTF8_BOM) if number == 0 else line).decode("utf-8", "surrogateescape")
        for number, line in enumerate(sound_lines(file, name))
    )
    reader = csv.DictReader(lines, delimiter=delimiter)
    while True:
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            rejections.add(name, reader.line_num, RecordError(NOT_CSV, str(error)))
            continue
        try:
            "".join(value for value in values.values() if isinstance(value, str)).encode("utf-8")
        except UnicodeEncodeError:
            rejections.add(name, reader.line_num, RecordError(NOT_UTF8))
        else:
            yield Row(name, reader.line_num, values)


def _suffix(path: str) -> str:
    name = PurePosixPath(path.lower())
    return (name.with_suffix("") if name.suffix in _COMPRESSED else name).suffix
