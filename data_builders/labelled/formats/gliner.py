"""GLiNER's training data: words, and spans of words whose ends are inclusive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ...files.rows import Row
from ..label_schemes import EntitySpan
from ..labelled_text import LabelledText
from ..text_words import spans_at_words
from .labelled_format import (
    LabelledFormat,
    checked_list,
    checked_span,
    json_array,
    read_records,
    recognize_records,
)


def _looks_alike(record: Any) -> bool:
    return isinstance(record, dict) and isinstance(record.get("tokenized_text"), list)


def _parse(row: Row, notes: Counter[str]) -> LabelledText:
    tokens = checked_list(row.value, "tokenized_text")
    if not tokens or not all(isinstance(token, str) for token in tokens):
        raise ValueError("tokenized_text must be a list of words")
    spans: list[EntitySpan] = []
    for item in checked_list(row.value, "ner"):
        if not isinstance(item, list) or len(item) != 3:
            raise ValueError("an entity must be a list of first word, last word and type")
        first, last, label, _ = checked_span(*item)
        if not 0 <= first <= last < len(tokens):
            raise ValueError(f"the {label!r} entity at words {first}-{last} is outside the {len(tokens)} words")
        spans.append(EntitySpan(first, last + 1, str(label)))
    return LabelledText.from_words(tokens, spans, row.file, row.line)


def _write(texts: Sequence[LabelledText], notes: Counter[str]) -> bytes:
    records = []
    for text in texts:
        tokens, spans = spans_at_words(text, notes)
        ner = [[span.start, span.end - 1, span.label] for span in spans]
        records.append({"tokenized_text": tokens, "ner": ner})
    return json_array(records)


GLINER = LabelledFormat(
    name="gliner",
    title="GLiNER training data",
    suffixes=(".json", ".jsonl"),
    recognize=recognize_records(_looks_alike),
    read=read_records(_parse),
    write=_write,
)
