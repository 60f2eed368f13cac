"""Read records that are in the corpus schema already, such as those of the corpus that the package carries."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Any

from ...files.rows import Row, json_rows
from ...rejections import Rejections
from ...schema import validate_record
from .conversion import LeaveOut, convert_rows

BUNDLED_NAME = "nuner-bundled.jsonl.gz"


def read_records(rows: Iterable[Row], rejections: Rejections) -> Iterator[dict[str, Any]]:
    """Yield the records that fit the schema, in order.

    Args:
        rows: Raw rows in the corpus schema; see `validate_record` for the fields that may be absent.
        rejections: Gets the others.

    Example:
        ```python
        >>> rejections = Rejections()
        >>> list(read_records([Row("a.jsonl", 1, {"text": "", "entities": []})], rejections))
        []
        >>> str(rejections.items[0])
        'a.jsonl:1: the text is empty'

        ```
    """
    return convert_rows(rows, _convert, rejections)


def bundled_rows(rejections: Rejections) -> Iterator[Row]:
    """Yield the rows of the bundled corpus: 5,280 English passages over 317 domains, annotated by an LLM.

    Args:
        rejections: Gets unreadable lines, as for any other file.
    """
    with (
        files("nuner.data_builders.data").joinpath(BUNDLED_NAME).open("rb") as packed,
        gzip.open(packed) as file,
    ):
        yield from json_rows(file, BUNDLED_NAME, rejections)


def _convert(value: Any, _leave_out: LeaveOut) -> dict[str, Any]:
    return validate_record(value)
