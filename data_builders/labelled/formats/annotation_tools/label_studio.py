"""Label Studio's exports: JSON, whose tasks hold annotations, and JSON-MIN, whose tasks hold the regions alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ....files.rows import Row
from ...labelled_text import LabelledText
from ...offset_units import OffsetUnit, QuotedSpan, QuotedText
from ..labelled_format import (
    LabelledFormat,
    checked_list,
    checked_span,
    json_array,
    read_records,
    recognize_records,
)

# Releases before October 2021 counted as JavaScript does, those since then characters.
_UNITS: tuple[OffsetUnit, ...] = ("characters", "utf-16")
_ANNOTATIONS = ("annotations", "completions")  # the releases before 1.0 have the latter
_OF_TASKS = ("annotation_id", "annotator", "lead_time", "created_at", "updated_at")


def region(text: str, start: int, end: int, label: str) -> dict[str, Any]:
    """Return a region of the control `label` on the object `text`."""
    value = {"start": start, "end": end, "text": text[start:end], "labels": [label]}
    return {"from_name": "label", "to_name": "text", "type": "labels", "value": value}


def _is_task(record: Any) -> bool:
    return (
        isinstance(record, dict)
        and isinstance(record.get("data"), dict)
        and any(isinstance(record.get(name), list) for name in (*_ANNOTATIONS, "predictions"))
    )


def _parse_task(row: Row, notes: Counter[str]) -> QuotedText | None:
    if not _is_task(row.value):
        raise ValueError("a task needs data, and annotations")
    name = next((name for name in _ANNOTATIONS if row.value.get(name)), _ANNOTATIONS[0])
    annotations = [item for item in checked_list(row.value, name) if isinstance(item, dict)]
    notes["annotations that were cancelled were left out"] += sum(
        bool(item.get("was_cancelled")) for item in annotations
    )
    annotations = [item for item in annotations if not item.get("was_cancelled")]
    if not annotations:
        notes["tasks without an annotation were left out"] += 1
        return None
    # What is marked as ground truth is; else the first annotation, as tools that need one take it.
    annotations.sort(key=lambda item: not item.get("ground_truth"))
    notes["further annotations of the same task were left out"] += len(annotations) - 1
    results = [item for item in checked_list(annotations[0], "result") if isinstance(item, dict)]
    names = [item["to_name"] for item in results if isinstance(item.get("to_name"), str)]
    return QuotedText(_texts(row.value["data"], names), tuple(_spans(results, notes)), row.file, row.line)


def _spans(results: Iterable[dict[str, Any]], notes: Counter[str]) -> Iterator[QuotedSpan]:
    for item in results:
        value, kind = item.get("value"), item.get("type")
        if kind == "labels" and isinstance(value, dict):
            yield from _region_spans(value, notes)
        elif kind == "hypertextlabels":
            raise ValueError("its regions are on HTML, whose characters the offsets do not count; label it as Text")
        else:
            notes[f"results of type {kind!r} were left out"] += 1


def _region_spans(value: dict[str, Any], notes: Counter[str]) -> Iterator[QuotedSpan]:
    labels = checked_list(value, "labels")
    if not labels:
        notes["regions without a label were left out"] += 1
    for label in labels:
        yield checked_span(value.get("start"), value.get("end"), label, value.get("text"))


def _texts(data: dict[str, Any], names: Iterable[str]) -> tuple[str, ...]:
    """Return the texts of a task, first that which is named as the object of its regions is."""
    fields = dict.fromkeys([*names, "text", *data])
    texts = tuple(data[name] for name in fields if isinstance(data.get(name), str))
    if not texts:
        raise ValueError(f"no field of the task is a text, only {', '.join(map(str, data)) or 'none'}")
    return texts


def _write_tasks(texts: Sequence[LabelledText], notes: Counter[str]) -> bytes:
    tasks = []
    for number, text in enumerate(texts, start=1):
        regions = [region(text.text, *entity) for entity in text.entities]
        result = [{"id": f"{number}-{place}", **item} for place, item in enumerate(regions, start=1)]
        tasks.append({"id": number, "data": {"text": text.text}, "annotations": [{"id": number, "result": result}]})
    return json_array(tasks)


LABEL_STUDIO = LabelledFormat(
    name="label-studio",
    title="Label Studio JSON",
    suffixes=(".json", ".jsonl"),
    recognize=recognize_records(_is_task),
    read=read_records(_parse_task, _UNITS),
    write=_write_tasks,
)


def _is_region(value: Any) -> bool:
    return isinstance(value, dict) and "start" in value and isinstance(value.get("labels"), list)


def _region_fields(record: dict[str, Any]) -> list[str]:
    return [name for name, value in record.items() if isinstance(value, list) and any(map(_is_region, value))]


def _is_small_task(record: Any) -> bool:
    return isinstance(record, dict) and (bool(_region_fields(record)) or {"annotation_id", "annotator"} <= set(record))


def _parse_small_task(row: Row, notes: Counter[str]) -> QuotedText:
    if not isinstance(row.value, dict):
        raise ValueError(f"a task must be a JSON object, not {type(row.value).__name__}")
    spans: list[QuotedSpan] = []
    for field in _region_fields(row.value):
        for value in row.value[field]:
            if _is_region(value):
                spans += _region_spans(value, notes)
    data = {name: value for name, value in row.value.items() if name not in _OF_TASKS}
    return QuotedText(_texts(data, ()), tuple(spans), row.file, row.line)


def _write_small_tasks(texts: Sequence[LabelledText], notes: Counter[str]) -> bytes:
    return json_array(
        {
            "id": number,
            "text": text.text,
            "label": [region(text.text, *entity)["value"] for entity in text.entities],
            "annotator": 1,
            "annotation_id": number,
        }
        for number, text in enumerate(texts, start=1)
    )


LABEL_STUDIO_MIN = LabelledFormat(
    name="label-studio-min",
    title="Label Studio JSON-MIN",
    suffixes=(".json", ".jsonl"),
    recognize=recognize_records(_is_small_task),
    read=read_records(_parse_small_task, _UNITS),
    write=_write_small_tasks,
)
