"""What kind of data a file or folder holds, told by its files alone."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import Any

PROJECT_ID = 0x4E754E50  # "NuNP"
"""Number in the header of a SQLite file that tells labelling projects from any other one."""

_SQLITE_MAGIC = b"SQLite format 3\x00"
_APPLICATION_ID = slice(68, 72)
_SAVED_TO_DISK = ("dataset_dict.json", "state.json")
# Rows that are looked at until one has an entity.
_ROWS = 100
_FILES = 20


class DataKind(str, Enum):
    """Kinds of data, as they are called in messages."""

    STORE = "an annotation store"
    CORPUS = "an annotated corpus"
    LABELLED = "a labelled data set"


def data_kind(path: str | os.PathLike[str]) -> DataKind | None:
    """Tell what kind of data a file or folder holds.

    Args:
        path: The file or folder, or whatever else the user gave for one.

    Returns:
        The kind; None where it does not exist or is of another one.

    Example:
        ```python
        >>> from nuner.data_builders.data_kinds import data_kind
        >>> data_kind("run.sqlite").value, data_kind("corpus").value
        ('an annotation store', 'an annotated corpus')

        ```
    """
    place = Path(path)
    if place.is_file():
        if is_sqlite(place):
            return DataKind.LABELLED if is_project(place) else DataKind.STORE
        return _kind_of_rows([place])
    if not place.is_dir():
        return None
    if any((place / name).is_file() for name in _SAVED_TO_DISK):
        return DataKind.LABELLED
    named = sorted([*place.glob("*.parquet"), *place.glob("*.jsonl"), *place.glob("data/*.parquet")])
    # There may be very many, and a pipe among them, on which one would wait for ever.
    return _kind_of_rows(islice((path for path in named if path.is_file()), _FILES))


def is_sqlite(path: Path) -> bool:
    """Tell whether a file is a SQLite file.

    Args:
        path: The file.

    Returns:
        Whether it begins as such files do.
    """
    with path.open("rb") as file:
        return file.read(len(_SQLITE_MAGIC)) == _SQLITE_MAGIC


def is_project(path: Path) -> bool:
    """Tell whether a file is a labelling project.

    Args:
        path: The file.

    Returns:
        Whether it is a SQLite file with the number of projects.
    """
    with path.open("rb") as file:
        header = file.read(_APPLICATION_ID.stop)
    return header.startswith(_SQLITE_MAGIC) and header[_APPLICATION_ID] == PROJECT_ID.to_bytes(4, "big")


def _kind_of_rows(files: Iterable[Path]) -> DataKind | None:
    for file in files:
        columns, of_entities = _fields(file)
        if {"text", "concept"} <= of_entities:
            return DataKind.CORPUS
        tagged = "tokens" in columns and columns & {"ner_tags", "tags"}
        if tagged or ("text" in columns and {"start", "end", "label"} <= of_entities and "score" not in of_entities):
            return DataKind.LABELLED
    return None


def _fields(file: Path) -> tuple[set[str], set[str]]:
    """Return the names of a file's columns, and those of the fields of its entities."""
    if file.suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            schema = pq.read_schema(file)
        except pa.ArrowInvalid:
            return set(), set()
        entities = schema.field("entities").type if "entities" in schema.names else None
        item = getattr(entities, "value_type", None)
        return set(schema.names), {item.field(i).name for i in range(item.num_fields)} if item is not None else set()
    columns: set[str] = set()
    for row in _first_rows(file) if file.suffix == ".jsonl" else ():
        columns |= row.keys()
        entities = row.get("entities")
        if isinstance(entities, list) and entities and isinstance(entities[0], dict):
            return columns, set(entities[0])
    return columns, set()


def _first_rows(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        for line in islice(lines, _ROWS):
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                return
            if isinstance(row, dict):
                yield row
