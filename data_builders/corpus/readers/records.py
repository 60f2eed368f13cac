"""Read records that are in the corpus schema already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from nuner.data_builders.files.rows import Row
from nuner.data_builders.rejections import Rejections
from nuner.data_builders.schema import validate_record

from .conversion import LeaveOut, convert_rows


def read_records(rows: Iterable[Row], rejections: Rejections) -> Iterator[dict[str, Any]]:
    """Yield the records that fit the schema, in order.

    Args:
        rows: Raw rows in the corpus schema; see `validate_record` for the fields that may be absent.
        rejections: Gets the others.

    Example:
        >>> rejections = Rejections()
        >>> list(read_records([Row("a.jsonl", 1, {"text": "", "entities": []})], rejections))
        []
        >>> str(rejections.items[0])
        'a.jsonl:1: the text is empty'
    """
    return convert_rows(rows, _convert, rejections)


def _convert(value: Any, _leave_out: LeaveOut) -> dict[str, Any]:
    return validate_record(value)
