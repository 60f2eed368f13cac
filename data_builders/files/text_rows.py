"""Read rows of plain text, CSV, JSON Lines or Parquet, each with the place it comes from."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import PurePosixPath

from ..record_error import RecordError
from ..rejections import Rejections
from .compression import first_bytes, open_unpacked
from .rows import NOT_UTF8, PARQUET_MAGIC, Row, because, json_rows, lines_unless_damaged, parquet_rows

NOT_CSV = "the row is not valid CSV"

_COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
_DELIMITERS = {".csv": ",;\t", ".tsv": "\t"}
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
        FileNotFoundError: If the file is not there.
        CorpusError: If the file as a whole is damaged, or a Parquet file lacks a column.
    """
    suffix = suffix_of(path)
    parquet = first_bytes(path).startswith(PARQUET_MAGIC)
    with open_unpacked(path) as file:
        if parquet:
            yield from parquet_rows(file, path, rejections, columns)
        elif suffix in _JSON:
            yield from json_rows(file, path, rejections)
        elif suffix in _DELIMITERS:
            yield from csv_rows(file, path, rejections, _DELIMITERS[suffix], columns)
        else:
            yield from line_rows(file, path, rejections, columns[0])


def line_rows(
    file: Iterable[bytes], name: str, rejections: Rejections, column: str, as_they_are: bool = False
) -> Iterator[Row]:
    """Read the lines of a text file.

    Args:
        file: Yields lines of bytes.
        name: How messages name the file.
        rejections: Gets the lines that are not UTF-8; their `__cause__` is what the decoder said.
        column: The column that the text goes into.
        as_they_are: Whether white space around a line stays, and blank lines are rows too.

    Yields:
        The rows, with the one column.
    """
    for number, line in enumerate(lines_unless_damaged(file, name), start=1):
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            rejections.add(name, number, because(error, NOT_UTF8, f"byte {error.start + 1}"))
        else:
            text = text.rstrip("\r\n") if as_they_are else text.strip()
            if text or as_they_are:
                yield Row(name, number, {column: text})


def csv_rows(
    file: Iterable[bytes],
    name: str,
    rejections: Rejections,
    delimiters: str = ",",
    columns: Sequence[str] = (),
    *,
    check: Callable[[Sequence[str]], object] | None = None,
    longest_field: int = 131_072,
) -> Iterator[Row]:
    """Read a CSV file whose first line names the columns.

    Args:
        file: Yields lines of bytes.
        name: How messages name the file.
        rejections: Gets the rows that are not UTF-8 or not CSV; a row's line is that on which it ends.
        delimiters: What may stand between the fields: the first one by which the first line names all of `columns`,
            or the first of all.
        columns: The columns that are wanted.
        check: Is told the names of the columns before a row is read; may raise an error.
        longest_field: A row with a longer field, in characters, counts as no CSV.

    Yields:
        The rows, as dictionaries; fields that have no column are a list under None.
    """
    # Wrong bytes are smuggled through the parser, since only it knows where a row begins and ends.
    lines = (line.decode("utf-8", "surrogateescape") for line in lines_unless_damaged(file, name))
    csv.field_size_limit(longest_field)  # it is one for the whole process: each reader sets its own
    header = next(lines, "")
    reader = csv.DictReader(chain([header], lines), delimiter=_delimiter_of(header, delimiters, columns))
    names = reader.fieldnames or ()
    if not _is_utf8(names):
        rejections.add(name, reader.line_num, RecordError(NOT_UTF8))
    if check is not None:
        check(names)
    while True:
        csv.field_size_limit(longest_field)
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            rejections.add(name, reader.line_num, RecordError(NOT_CSV, str(error)))
            continue
        if _is_utf8(value for value in values.values() if isinstance(value, str)):
            yield Row(name, reader.line_num, values)
        else:
            rejections.add(name, reader.line_num, RecordError(NOT_UTF8))


def _delimiter_of(header: str, delimiters: str, columns: Sequence[str]) -> str:
    for delimiter in delimiters:
        if set(columns) <= set(next(csv.reader([header], delimiter=delimiter), ())):
            return delimiter
    return delimiters[0]


def _is_utf8(decoded: Iterable[str]) -> bool:
    """Tell whether no wrong byte was smuggled into any of some strings."""
    try:
        "".join(decoded).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def suffix_of(path: str) -> str:
    """Return the ending of a file's name in small letters, without that of a compression."""
    name = PurePosixPath(path.lower())
    return (name.with_suffix("") if name.suffix in _COMPRESSED else name).suffix
