"""Turn raw rows into records, find the places of entities that are named without one, and book what cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from ...files.rows import Row
from ...locating import locate
from ...raw_entity import RawEntity
from ...record_error import RecordError
from ...rejections import Rejections
from ...schema import normalize_concept, sentence_id, validate_record

LeaveOut = Callable[[RecordError], None]
"""Books an annotation that is left out of a record which is otherwise kept."""


def convert_rows(
    rows: Iterable[Row], convert: Callable[[Any, LeaveOut], dict[str, Any]], rejections: Rejections
) -> Iterator[dict[str, Any]]:
    """Yield a record for every row that gives one; each sentence once.

    Args:
        rows: The raw rows.
        convert: Makes a record of a row's value or raises `RecordError`; calls its second argument, a
            `LeaveOut`, for each annotation that it leaves out.
        rejections: Gets every fault with its file and line.
    """
    sentences = _UniqueSentences()
    for row in rows:

        def leave_out(error: RecordError, row: Row = row) -> None:
            rejections.add(row.file, row.line, error, part="annotation")

        try:
            record = convert(row.value, leave_out)
            sentences.add(record)
        except RecordError as error:
            rejections.add(row.file, row.line, error)
        else:
            yield record


def locate_annotations(
    text: Any,
    annotations: Sequence[RawEntity | None],
    *,
    language: str,
    source: str,
    leave_out: LeaveOut,
) -> dict[str, Any]:
    """Return the record in which each annotation stands at every occurrence of its entity.

    Args:
        text: The sentence.
        annotations: What was said about it; None stands for one that could not be read.
        language: ISO 639-1 code for the record.
        source: Name of the data set for the record.
        leave_out: Books an annotation whose entity is not in the sentence.

    Raises:
        RecordError: If the sentence is no valid text, or annotations were given and none is left.
    """
    entities: dict[tuple[int, int, str], dict[str, Any]] = {}
    if isinstance(text, str):
        for annotation in filter(None, annotations):
            spans = locate(annotation.text, text)
            if not spans:
                leave_out(RecordError("an entity is not in the sentence", repr(annotation.text[:80])))
            for start, end in spans:
                # A concept that an LLM names twice for the same entity is one annotation.
                key = (start, end, normalize_concept(annotation.concept))
                fields = {"text": annotation.text, "concept": annotation.concept}
                entity = {"start": start, "end": end, **fields, "description": annotation.description}
                entities.setdefault(key, entity)
    in_order = sorted(entities.values(), key=lambda entity: (entity["start"], entity["end"]))
    record = validate_record({"text": text, "language": language, "source": source, "entities": in_order})
    if annotations and not in_order:
        raise RecordError("none of its annotations can be used", f"{len(annotations)} given")
    return record


class _UniqueSentences:
    """Refuses a text that has occurred before, and an id that stands for another text already.

    Without it the same text under two ids could stand in the training and in the validation split.
    """

    def __init__(self) -> None:
        self._texts: set[int] = set()
        self._given_ids: set[str] = set()

    def add(self, record: dict[str, Any]) -> None:
        text_id = sentence_id(record["text"])
        number = int(text_id, 16)  # a third of the memory of the string, over a million sentences
        if number in self._texts:
            raise RecordError("the text occurred before")
        if record["id"] != text_id:
            if record["id"] in self._given_ids:
                raise RecordError("the id stands for another text already", repr(record["id"]))
            self._given_ids.add(record["id"])
        self._texts.add(number)
