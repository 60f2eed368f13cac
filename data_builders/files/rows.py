"""Rows of a file or data set with the place they come from, before any format is read into them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from ..record_error import RecordError
from ..rejections import CorpusError, Rejections
from .compression import DAMAGED, first_bytes, open_unpacked
from .reading_share import ReadingShare
from .text_encoding import utf8_lines

PARQUET_MAGIC = b"PAR1"
_PARQUET_BATCH = 1000

NOT_UTF8 = "the line is not valid UTF-8"
NOT_JSON = "the line is not valid JSON"


@dataclass(frozen=True)
class Row:
    """One raw row.

    Args:
        file: The file or data set, as the user named it.
        line: Line of a JSON Lines file, or number of the row in any other; both count from 1.
        value: What the row holds, not yet checked.
    """

    file: str
    line: int
    value: Any


def file_rows(
    path: str, rejections: Rejections, shown_as: str | None = None, share: ReadingShare | None = None
) -> Iterator[Row]:
    """Read a JSON Lines, JSON (one array) or Parquet file; a compressed one is unpacked on the way.

    The format is told from the first bytes, not from the name: downloaded files lose their names.

    Args:
        path: A local path, or a URL that `fsspec` opens.
        rejections: Gets the rows that are not UTF-8 or not JSON.
        shown_as: How messages name the file; the path by default.
        share: Notes how much of the file was read.

    Raises:
        FileNotFoundError: If the file is not there.
        CorpusError: If the file as a whole is damaged (truncated, not Parquet inside, not a JSON array).
    """
    name = shown_as or path
    parquet = first_bytes(path).startswith(PARQUET_MAGIC)
    with open_unpacked(path, share) as file:
        yield from parquet_rows(file, name, rejections) if parquet else json_rows(file, name, rejections)


def json_rows(file: Iterable[bytes], name: str, rejections: Rejections, arrays: bool = True) -> Iterator[Row]:
    """Read JSON Lines, or one JSON array, from a binary file. Blank lines are passed over.

    Args:
        file: Yields lines of bytes.
        name: How messages name the file.
        rejections: Gets the lines that are not UTF-8 or not JSON; their `__cause__` is what the parser said.
        arrays: Whether a file may be one array of objects; otherwise its lines are rows that are lists.

    Yields:
        The rows, whose values are of any kind.
    """
    lines = lines_unless_damaged(file, name)
    for number, line in enumerate(lines, start=1):
        content = line.strip()
        if not content:
            continue
        if arrays and number == 1 and _opens_an_array(content):
            yield from _array_rows(content + b"\n" + b"".join(lines), name)
            return
        try:
            value = json.loads(content.decode("utf-8"))
        except UnicodeDecodeError as error:
            rejections.add(name, number, because(error, NOT_UTF8, f"byte {error.start + 1}"))
        except (ValueError, RecursionError) as error:
            rejections.add(name, number, because(error, NOT_JSON, str(error)))
        else:
            yield Row(name, number, value)


def because(cause: Exception, reason: str, detail: str = "") -> RecordError:
    """Return the error of a row that cannot be read, with what a parser said as its cause."""
    error = RecordError(reason, detail)
    error.__cause__ = cause
    return error


def lines_unless_damaged(file: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Yield the lines of a file, without a byte order mark, those of UTF-16 as UTF-8.

    Raises:
        CorpusError: If the compressed file turns out to be damaged.
    """
    number = 0
    try:
        for line in utf8_lines(file):
            number += 1
            yield line
    except DAMAGED as error:
        raise CorpusError(f"{name}: the compressed file is damaged after line {number} ({error}).") from error


def dataset_rows(dataset: Iterable[Any], name: str) -> Iterator[Row]:
    """Number the rows of a loaded data set, from 1."""
    for number, value in enumerate(dataset, start=1):
        yield Row(name, number, value)


def _opens_an_array(first_line: bytes) -> bool:
    """Tell whether a file that begins with this line is one JSON array, rather than a line that is a list."""
    if not first_line.startswith(b"["):
        return False
    try:
        value = json.loads(first_line)
    except (ValueError, RecursionError):
        return True
    return bool(value) and all(isinstance(item, dict) for item in value)


def _array_rows(content: bytes, name: str) -> Iterator[Row]:
    try:
        values = json.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CorpusError(f"{name}:{line}: the JSON array is not valid UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise CorpusError(f"{name}: the JSON array cannot be read ({error}).") from error
    yield from dataset_rows(values, name)


def parquet_rows(
    file: IO[bytes],
    name: str,
    rejections: Rejections,
    columns: Sequence[str] | None = None,
    *,
    check: Callable[[Sequence[str]], object] | None = None,
    skip: int = 0,
) -> Iterator[Row]:
    """Read a Parquet file, a batch at a time.

    Args:
        file: The file, not compressed as a whole.
        name: How messages name the file.
        rejections: Gets the rows that are not UTF-8.
        columns: Which columns to read; None reads all.
        check: Is told the names of the columns before a row is read; may raise an error.
        skip: How many rows at the beginning to pass over; whole groups of them are not even read.

    Yields:
        The rows, as dictionaries.

    Raises:
        CorpusError: If the file is damaged, or lacks a column.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        parquet = pq.ParquetFile(file)
        present = parquet.schema_arrow.names
        for column in columns or ():
            if column not in present:
                raise CorpusError(f"{name} has no column {column!r}; it has {', '.join(present)}.")
        if check is not None:
            check(present)
        first = 0
        while first < parquet.num_row_groups and number + parquet.metadata.row_group(first).num_rows <= skip:
            number += parquet.metadata.row_group(first).num_rows
            first += 1
        groups = range(first, parquet.num_row_groups)
        for batch in parquet.iter_batches(batch_size=_PARQUET_BATCH, row_groups=groups, columns=columns):
            if number + batch.num_rows <= skip:
                number += batch.num_rows
                continue
            try:
                values = batch.to_pylist()
            except UnicodeDecodeError:
                values = [_row_or_error(batch.slice(index, 1)) for index in range(batch.num_rows)]
            for value in values:
                number += 1
                if number <= skip:
                    continue
                if isinstance(value, RecordError):
                    rejections.add(name, number, value)
                else:
                    yield Row(name, number, value)
    except (pa.ArrowException, OSError) as error:
        raise CorpusError(f"{name}: the Parquet file is damaged after row {number} ({error}).") from error


def _row_or_error(row: Any) -> Any:
    try:
        return row.to_pylist()[0]
    except UnicodeDecodeError:
        return RecordError(NOT_UTF8)
