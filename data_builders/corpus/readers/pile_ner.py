"""Read the conversation format of UniversalNER's data (Pile-NER)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from ...files.rows import Row
from ...raw_entity import RawEntity
from ...record_error import RecordError
from ...rejections import Rejections
from ...type_conversation import QUESTION, TEXT_PREFIX, turns_of
from .conversion import LeaveOut, convert_rows, locate_annotations


def read_pile_ner(rows: Iterable[Row], rejections: Rejections) -> Iterator[dict[str, Any]]:
    """Yield a record for each conversation about one text.

    The first turn gives the text (`Text: ...`), the second acknowledges it; then each question `What
    describes CONCEPT in the text?` is answered by a JSON list of entities, empty for a concept that the text
    lacks. An answer that is no such list, and an entity that is not in the text, are left out and booked; a
    row of which no annotation is left is rejected. The row's own `id` is a serial number and is not kept.

    Args:
        rows: Raw rows with the columns `conversations` and, optionally, `id`.
        rejections: Gets the faults.

    Example:
        ```python
        >>> turns = [
        ...     {"from": "human", "value": "Text: Ada met Bo."},
        ...     {"from": "gpt", "value": "I've read this text."},
        ...     {"from": "human", "value": "What describes person in the text?"},
        ...     {"from": "gpt", "value": '["Ada", "Bo"]'},
        ... ]
        >>> record = next(read_pile_ner([Row("pile.json", 1, {"conversations": turns})], Rejections()))
        >>> [(entity["start"], entity["concept"]) for entity in record["entities"]]
        [(0, 'person'), (8, 'person')]

        ```
    """
    return convert_rows(rows, _convert, rejections)


def _convert(value: Any, leave_out: LeaveOut) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RecordError("the record is not an object")
    unknown = sorted(str(name) for name in value if name not in ("id", "conversations"))
    if unknown:
        raise RecordError("unknown fields", ", ".join(unknown))
    turns = turns_of(value.get("conversations"))
    annotations: list[RawEntity | None] = []
    for question, answer in zip(turns[2::2], turns[3::2], strict=True):
        annotations += _annotations(question, answer, leave_out)
    return locate_annotations(
        turns[0].strip().removeprefix(TEXT_PREFIX).strip(),
        annotations,
        language="en",
        source="Universal-NER/Pile-NER-type",
        leave_out=leave_out,
    )


def _annotations(question: str, answer: str, leave_out: LeaveOut) -> list[RawEntity | None]:
    asked = QUESTION.fullmatch(question)
    if not asked:
        leave_out(RecordError("a question is not 'What describes ... in the text?'", repr(question[:80])))
        return [None]
    try:
        entities = json.loads(answer)
    except (ValueError, RecursionError):
        entities = None
    if not isinstance(entities, list) or not all(isinstance(entity, str) for entity in entities):
        leave_out(RecordError("an answer is not a JSON list of strings", repr(answer[:80])))
        return [None]
    return [RawEntity(entity.strip(), asked["type"]) for entity in entities]
