"""doccano's JSON Lines: spans as triples, or, in projects with relations, as objects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ....files.rows import Row
from ...labelled_text import LabelledText
from ...offset_units import QuotedText
from ..labelled_format import (
    LabelledFormat,
    checked_list,
    checked_span,
    checked_text,
    json_lines,
    read_records,
    recognize_records,
)

_LABELS = ("label", "labels")  # the releases differ
_TEXTS = ("text", "data")


def _has_triples(record: Any) -> bool:
    if not isinstance(record, dict) or not any(isinstance(record.get(name), str) for name in _TEXTS):
        return False
    values = record.get(_field(record, _LABELS))
    return isinstance(values, list) and all(isinstance(value, list) and len(value) == 3 for value in values)


def _parse_triples(row: Row, notes: Counter[str]) -> QuotedText:
    triples = checked_list(row.value, _field(row.value, _LABELS))
    if not all(isinstance(triple, list) and len(triple) == 3 for triple in triples):
        raise ValueError("a label must be a list of start, end and type")
    text = checked_text(row.value, _field(row.value, _TEXTS))
    return QuotedText((text,), tuple(checked_span(*triple) for triple in triples), row.file, row.line)


def _field(record: Any, names: tuple[str, ...]) -> str:
    return next((name for name in names if isinstance(record, dict) and name in record), names[0])


def _write_triples(texts: Sequence[LabelledText], notes: Counter[str]) -> bytes:
    return json_lines(
        {"id": number, "text": text.text, "label": [list(entity) for entity in text.entities]}
        for number, text in enumerate(texts, start=1)
    )


DOCCANO = LabelledFormat(
    name="doccano",
    title="doccano JSON Lines",
    suffixes=(".jsonl", ".json"),
    recognize=recognize_records(_has_triples),
    read=read_records(_parse_triples),
    write=_write_triples,
)


def _has_offsets(record: Any) -> bool:
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        return False
    entities = record.get("entities")
    if not isinstance(entities, list) or not all(isinstance(entity, dict) for entity in entities):
        return False
    return all("start_offset" in entity for entity in entities) if entities else "relations" in record


def _parse_objects(row: Row, notes: Counter[str]) -> QuotedText:
    entities = checked_list(row.value, "entities")
    if not all(isinstance(entity, dict) for entity in entities):
        raise ValueError("an entity must be an object")
    notes["relations were left out"] += len(checked_list(row.value, "relations"))
    spans = (checked_span(e.get("start_offset"), e.get("end_offset"), e.get("label")) for e in entities)
    return QuotedText((checked_text(row.value),), tuple(spans), row.file, row.line)


def _write_objects(texts: Sequence[LabelledText], notes: Counter[str]) -> bytes:
    records = []
    identifier = 0
    for number, text in enumerate(texts, start=1):
        entities = []
        for start, end, label in text.entities:
            identifier += 1
            entities.append({"id": identifier, "label": label, "start_offset": start, "end_offset": end})
        records.append({"id": number, "text": text.text, "entities": entities, "relations": []})
    return json_lines(records)


DOCCANO_RELATION = LabelledFormat(
    name="doccano-relation",
    title="doccano JSON Lines with relations",
    suffixes=(".jsonl", ".json"),
    recognize=recognize_records(_has_offsets),
    read=read_records(_parse_objects),
    write=_write_objects,
)
