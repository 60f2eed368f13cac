"""Make a record of a sentence and annotations that name their entity without saying where it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nuner.data_builders.locating import locate
from nuner.data_builders.raw_entity import RawEntity
from nuner.data_builders.schema import RecordError, normalize_concept, validate_record

from .conversion import LeaveOut


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
        RecordError: The sentence is no valid text, or annotations were given and none is left.
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
