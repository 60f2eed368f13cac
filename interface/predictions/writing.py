"""Records with their entities, as JSON Lines, CSV, TSV or Parquet."""

from __future__ import annotations

import csv
import json
import math
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

from nuner.modeling_nuner.recognition.entities import entities_type

if TYPE_CHECKING:
    import pyarrow

OUTPUT_FORMATS = ("jsonl", "csv", "tsv", "parquet")
JSON_ARRAY = "json"
"""One array of all records, which tools that do not know JSON Lines take."""

_DELIMITERS = {"csv": ",", "tsv": "\t"}
_ARRAY_START, _ARRAY_COMMA, _ARRAY_END = "[\n", ",\n", "\n]\n"

_SURROGATES = re.compile("[\ud800-\udfff]")
# What JSON need not escape, and a terminal takes for an order: more control characters, ends of lines, directions.
_STEERING = re.compile(r"[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def json_line(record: dict[str, Any]) -> str:
    r"""Return a record as a line of JSON.

    Args:
        record: The record; of its numbers, those that JSON does not know become null.

    Returns:
        The line, with its end; it is the same on a terminal and in a file.

    Example:
        ```python
        >>> from nuner.predictions.writing import json_line
        >>> json_line({"text": "Zoë", "price": float("nan")})
        '{"text": "Zoë", "price": null}\n'

        ```
    """
    return _STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", _json(record)) + "\n"


def write_stream(records: Iterable[dict[str, Any]], file_format: str, file: TextIO) -> None:
    """Write records to a stream, one after another.

    Args:
        records: The records.
        file_format: `"jsonl"`, or `JSON_ARRAY`.
        file: The stream.
    """
    lines = map(json_line, records)
    file.writelines(_array(lines) if file_format == JSON_ARRAY else lines)


def _array(lines: Iterable[str]) -> Iterator[str]:
    """Put an array's punctuation between lines of JSON."""
    separator = _ARRAY_START
    for line in lines:
        yield separator + line.rstrip("\n")
        separator = _ARRAY_COMMA
    yield _ARRAY_END if separator == _ARRAY_COMMA else "[]\n"


@dataclass(frozen=True)
class RecordFiles:
    """How records with their entities become files.

    Args:
        file_format: One of `OUTPUT_FORMATS`, or `JSON_ARRAY`, of which a part is JSON Lines. Entities and other values
            with parts are JSON in CSV and TSV.
        field: Name of the field with the entities, which comes last.
        schema: Types of the other fields in Parquet, as far as they are known.
    """

    file_format: str
    field: str
    schema: pyarrow.Schema | None = None

    def write_part(self, records: Sequence[dict[str, Any]], path: Path) -> None:
        """Write records to a file.

        Args:
            records: The records; a field that one of them lacks is empty.
            path: The file.

        Raises:
            ValueError: If the format cannot hold them.
        """
        if self.file_format == "parquet":
            self._write_parquet(records, path)
            return
        with path.open("w", encoding="utf-8", newline="", errors="backslashreplace") as file:
            if self.file_format in ("jsonl", JSON_ARRAY):
                file.writelines(_json(record) + "\n" for record in records)
                return
            rows = csv.DictWriter(file, [*self._names(records), self.field], delimiter=_DELIMITERS[self.file_format])
            rows.writeheader()
            rows.writerows({name: _cell(value) for name, value in record.items()} for record in records)

    def join_parts(self, parts: Sequence[Path], path: Path) -> None:
        """Join parts to one file, a part in memory at a time.

        Args:
            parts: The parts, in order.
            path: The file.

        Raises:
            ValueError: If the records' fields, or their types in Parquet, change on the way.
        """
        if self.file_format == "parquet":
            _join_parquet(parts, path)
            return
        if self.file_format == JSON_ARRAY:
            _join_array(parts, path)
            return
        with path.open("wb") as joined:
            header = None
            for part in parts:
                with part.open("rb") as file:
                    if self.file_format in _DELIMITERS:
                        names = _header(file)
                        if header is None:
                            joined.write(names)
                        elif names != header:
                            raise ValueError("the records' fields change on the way; write .jsonl instead of .csv")
                        header = names
                    shutil.copyfileobj(file, joined, 1 << 20)

    def _names(self, records: Sequence[dict[str, Any]]) -> list[str]:
        return [name for name in dict.fromkeys(chain.from_iterable(records)) if name != self.field]

    def _write_parquet(self, records: Sequence[dict[str, Any]], path: Path) -> None:
        import pyarrow
        from pyarrow import parquet

        known = {} if self.schema is None else {field.name: field for field in self.schema}
        # Readers of a folder take its columns from any of the files, also from one without rows.
        names = self._names([known, *records])
        known[self.field] = pyarrow.field(self.field, entities_type())
        columns, fields = [], []
        for name in [*names, self.field]:
            values = [_storable(record.get(name)) for record in records]
            try:
                columns.append(pyarrow.array(values, known[name].type if name in known else None))
            except (pyarrow.ArrowException, OverflowError, TypeError, UnicodeEncodeError) as error:
                raise ValueError(f"the field {name!r} fits no column of Parquet ({error}); write .jsonl") from error
            fields.append(known.get(name, pyarrow.field(name, columns[-1].type)))
        parquet.write_table(pyarrow.table(columns, pyarrow.schema(fields)), path)


def _storable(value: Any) -> Any:
    """Put a replacement in the place of halves of surrogate pairs, which JSON can escape and Parquet cannot."""
    if isinstance(value, str):
        return _SURROGATES.sub("\ufffd", value)
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {name: _storable(item) for name, item in value.items()}
    return value


def _json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str, allow_nan=False)
    except ValueError:
        return json.dumps(_without_nan(value), ensure_ascii=False, default=str)


def _without_nan(value: Any) -> Any:
    """Replace numbers that JSON does not know by None."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _without_nan(inner) for key, inner in value.items()}
    return [_without_nan(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def _cell(value: Any) -> Any:
    return _json(value) if isinstance(value, (list, dict)) else value


def _join_array(parts: Sequence[Path], path: Path) -> None:
    def lines() -> Iterator[str]:
        for part in parts:
            with part.open(encoding="utf-8", newline="\n") as file:
                yield from file

    with path.open("w", encoding="utf-8", newline="") as joined:
        joined.writelines(_array(lines()))


def _header(file: BinaryIO) -> bytes:
    # Names of columns may hold line breaks in quotes: the header ends where the quotes are closed.
    header = b""
    while line := file.readline():
        header += line
        if header.count(b'"') % 2 == 0:
            break
    return header


def _join_parquet(parts: Sequence[Path], path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    try:
        # A column that is empty in one part and not in another has its type from the other.
        schema = pyarrow.unify_schemas([parquet.read_schema(part) for part in parts], promote_options="permissive")
    except pyarrow.ArrowException as error:
        raise ValueError(f"the types of the records' fields change on the way ({error}); write .jsonl") from error
    with parquet.ParquetWriter(path, schema) as writer:
        for part in parts:
            table = parquet.read_table(part)
            for name in schema.names:
                if name not in table.column_names:
                    table = table.append_column(name, pyarrow.nulls(len(table)))
            writer.write_table(table.select(schema.names).cast(schema))
