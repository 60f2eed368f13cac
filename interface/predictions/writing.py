"""Records with their entities, as JSON Lines, CSV or Parquet."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from nuner.modeling_nuner.recognition.text_sources import RESULT_COLUMN

_SURROGATES = re.compile("[\ud800-\udfff]")
OUTPUT_FORMATS = ("jsonl", "csv", "parquet")


def json_line(record: dict[str, Any]) -> str:
    """Return a record as a line of JSON.

    Args:
        record: The record.

    Returns:
        The line, with its end.
    """
    return json.dumps(record, ensure_ascii=False, default=str) + "\n"


def write_part(records: Sequence[dict[str, Any]], path: Path, file_format: str) -> None:
    """Write records to a file.

    Args:
        records: Each with `entities`, which are JSON in CSV; a field that a record lacks is empty.
        path: The file.
        file_format: One of `OUTPUT_FORMATS`.
    """
    names = [name for name in dict.fromkeys(chain.from_iterable(records)) if name != RESULT_COLUMN]
    if file_format == "parquet":
        import pyarrow
        from pyarrow import parquet

        entity = pyarrow.struct(
            {"start": pyarrow.int64(), "end": pyarrow.int64(), "text": pyarrow.string()}
            | {"label": pyarrow.string(), "score": pyarrow.float64()}
        )
        columns: dict[str, Any] = {name: [_storable(record.get(name)) for record in records] for name in names}
        entities = pyarrow.array([_storable(record[RESULT_COLUMN]) for record in records], pyarrow.list_(entity))
        parquet.write_table(pyarrow.table({**columns, RESULT_COLUMN: entities}), path)
        return
    with path.open("w", encoding="utf-8", newline="", errors="backslashreplace") as file:
        if file_format == "jsonl":
            file.writelines(map(json_line, records))
            return
        rows = csv.DictWriter(file, [*names, RESULT_COLUMN])
        rows.writeheader()
        for record in records:
            rows.writerow({**record, RESULT_COLUMN: json.dumps(record[RESULT_COLUMN], ensure_ascii=False)})


def _storable(value: Any) -> Any:
    """Put a replacement in the place of halves of surrogate pairs, which JSON can escape and Parquet cannot."""
    if isinstance(value, str):
        return _SURROGATES.sub("\ufffd", value)
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {name: _storable(item) for name, item in value.items()}
    return value


def join_parts(parts: Sequence[Path], path: Path, file_format: str) -> None:
    """Join parts to one file, a part in memory at a time.

    Args:
        parts: The parts, in order.
        path: The file.
        file_format: Their format.

    Raises:
        ValueError: If the records' fields, or their types in Parquet, change on the way.
    """
    if file_format == "parquet":
        _join_parquet(parts, path)
        return
    with path.open("wb") as joined:
        header = None
        for part in parts:
            with part.open("rb") as file:
                if file_format == "csv":
                    names = _header(file)
                    if header is None:
                        joined.write(names)
                    elif names != header:
                        raise ValueError("the records' fields change on the way; write .jsonl instead of .csv")
                    header = names
                shutil.copyfileobj(file, joined, 1 << 20)


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
