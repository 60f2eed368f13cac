"""Our own JSON Lines: words and tags, or a text and entities with character offsets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ...files.rows import Row
from ..labelled_text import LabelledText
from ..offset_units import QuotedText
from ..sentence import LabelledSentence, parse_labelled
from ..text_words import tag_text
from .labelled_format import (
    LabelledFormat,
    checked_list,
    checked_span,
    checked_text,
    json_lines,
    read_records,
    recognize_records,
)


def _looks_alike(record: Any) -> bool:
    if not isinstance(record, dict):
        return False
    return isinstance(record.get("tokens"), list) or (
        isinstance(record.get("text"), str) and isinstance(record.get("entities"), list)
    )


def parse_record(row: Row, notes: Counter[str]) -> QuotedText | LabelledSentence:
    """Read a record.

    Raises:
        ValueError: If it is none.
    """
    if isinstance(row.value, dict) and "tokens" in row.value:
        return parse_labelled(row.value, row.file, row.line)[0]
    entities = checked_list(row.value, "entities")
    if not all(isinstance(entity, dict) for entity in entities):
        raise ValueError("an entity must be an object with start, end and label")
    spans = (checked_span(e.get("start"), e.get("end"), e.get("label"), e.get("text")) for e in entities)
    return QuotedText((checked_text(row.value),), tuple(spans), row.file, row.line)


def _write(texts: Sequence[LabelledText], notes: Counter[str]) -> bytes:
    return json_lines(_record(text, notes) for text in texts)


def _record(text: LabelledText, notes: Counter[str]) -> dict[str, Any]:
    if text.words is not None:
        sentence = tag_text(text, notes)
        return {"tokens": sentence.tokens, "tags": sentence.tags}
    return {"text": text.text, "entities": [entity._asdict() for entity in text.entities]}


JSON_LINES = LabelledFormat(
    name="jsonl",
    title="JSON Lines of texts and entities, or words and tags",
    suffixes=(".jsonl", ".json", ".ndjson"),
    recognize=recognize_records(_looks_alike),
    read=read_records(parse_record),
    write=_write,
)
