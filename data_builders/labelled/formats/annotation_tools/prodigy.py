"""Prodigy's JSON Lines, as `prodigy db-out` writes and `prodigy` recipes read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ....files.rows import Row
from ...labelled_text import LabelledText
from ...offset_units import QuotedSpan, QuotedText
from ..labelled_format import (
    LabelledFormat,
    checked_list,
    checked_span,
    checked_text,
    json_lines,
    read_records,
    recognize_records,
)


def prodigy_task(text: str, entities: Iterable[tuple[int, int, str]]) -> dict[str, Any]:
    """Return a task with spans, as Prodigy's recipes take it."""
    spans = [{"start": start, "end": end, "text": text[start:end], "label": label} for start, end, label in entities]
    return {"text": text, "spans": spans}


def _looks_alike(record: Any) -> bool:
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        return False
    spans = record.get("spans")
    if spans is None:
        # A label, or options to choose from, are of the whole text.
        return "answer" in record and "_task_hash" in record and not {"label", "options"} & record.keys()
    return isinstance(spans, list) and all(isinstance(span, dict) and "start" in span for span in spans)


def _parse(row: Row, notes: Counter[str]) -> QuotedText | None:
    spans = [item for item in checked_list(row.value, "spans") if isinstance(item, dict)]
    answer = row.value.get("answer", "accept")
    if answer != "accept":
        notes[f"records with the answer {answer!r} were left out"] += 1
        return None
    notes["relations were left out"] += len(checked_list(row.value, "relations"))
    found = [checked_span(span.get("start"), span.get("end"), span.get("label"), span.get("text")) for span in spans]
    # Its tokens, too, say what stands where.
    tokens = (
        QuotedSpan(token["start"], token["end"], None, token.get("text"))
        for token in checked_list(row.value, "tokens")
        if isinstance(token, Mapping) and type(token.get("start")) is type(token.get("end")) is int
    )
    return QuotedText((checked_text(row.value),), (*found, *tokens), row.file, row.line)


def _write(texts: Sequence[LabelledText], notes: Counter[str]) -> bytes:
    return json_lines({**prodigy_task(text.text, text.entities), "answer": "accept"} for text in texts)


PRODIGY = LabelledFormat(
    name="prodigy",
    title="Prodigy JSON Lines",
    suffixes=(".jsonl", ".json"),
    recognize=recognize_records(_looks_alike),
    read=read_records(_parse, ("characters", "utf-16")),
    write=_write,
)
