"""Read the published format of the paper's own data set, `numind/NuNER`."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

from ...files.rows import Row
from ...raw_entity import RawEntity
from ...record_error import RecordError
from ...rejections import Rejections
from .conversion import LeaveOut, convert_rows, locate_annotations

MAX_OUTPUT_CHARACTERS = 200_000
"""A longer `output` is refused unread: replies of an LLM are far below, and parsing costs memory."""


def read_numind(rows: Iterable[Row], rejections: Rejections) -> Iterator[dict[str, Any]]:
    """Yield a record for each row with the columns `input` (the sentence) and `output`.

    `output` is a Python list literal of strings `entity <> concept` or `entity <> concept <> description`.
    It is parsed as a literal and never evaluated. Each entity is annotated wherever it occurs. An annotation
    that is malformed or not in the sentence is left out and booked; a row of which none is left is rejected.

    Args:
        rows: Raw rows; columns other than the two are an error.
        rejections: Gets the faults.

    Example:
        ```python
        >>> columns = {"input": "Ada met Bo.", "output": "['Ada <> person', 'Bo <> person']"}
        >>> row = Row("nuner.jsonl", 1, columns)
        >>> [entity["text"] for record in read_numind([row], Rejections()) for entity in record["entities"]]
        ['Ada', 'Bo']

        ```
    """
    return convert_rows(rows, _convert, rejections)


def _convert(value: Any, leave_out: LeaveOut) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RecordError("the record is not an object")
    if set(value) != {"input", "output"}:
        found = ", ".join(sorted(map(str, value)))
        raise RecordError("the columns are not 'input' and 'output'", f"found: {found}")
    annotations = _annotations(_parse_output(value["output"]), leave_out)
    return locate_annotations(value["input"], annotations, language="en", source="numind/NuNER", leave_out=leave_out)


def _parse_output(output: Any) -> list[str]:
    if isinstance(output, str):
        if len(output) > MAX_OUTPUT_CHARACTERS:
            raise RecordError("the output is too long", f"{len(output)} of at most {MAX_OUTPUT_CHARACTERS} characters")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # unknown escapes such as "\d" are harmless here
                output = ast.literal_eval(output.strip())
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
            raise RecordError("the output is not a list literal", type(error).__name__) from None
    if not isinstance(output, list) or not all(isinstance(item, str) for item in output):
        raise RecordError("the output is not a list of strings")
    return output


def _annotations(items: list[str], leave_out: LeaveOut) -> list[RawEntity | None]:
    """Split each item; a malformed one is booked and stands as None, so that it still counts as given."""
    annotations: list[RawEntity | None] = []
    for item in items:
        annotation = RawEntity.from_line(item)
        if annotation is None:
            leave_out(RecordError("an annotation is not 'entity <> concept'", repr(item[:80])))
        annotations.append(annotation)
    return annotations
