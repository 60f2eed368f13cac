"""Records with entities as tasks that annotation tools show with the entities already marked."""

from __future__ import annotations

from collections.abc import Callable
from statistics import fmean
from typing import Any

from nuner.data_builders.labelled.formats.annotation_tools.label_studio import region
from nuner.data_builders.labelled.formats.annotation_tools.prodigy import prodigy_task
from nuner.modeling_nuner.recognition.text_sources import RESULT_COLUMN

PRE_ANNOTATION_FILES = {"label-studio": "json", "prodigy": "jsonl", "doccano": "jsonl"}
"""The tools, and the file format in which each takes tasks."""


def pre_annotation(
    tool: str, column: str, model: str, field: str = RESULT_COLUMN
) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return what makes a task of a record.

    Offsets are characters, as these tools count them. The record's other fields go along.

    Args:
        tool: One of `PRE_ANNOTATION_FILES`.
        column: Field with the text.
        model: What Label Studio shows as the version of the model.
        field: Field with the entities.

    Example:
        ```python
        >>> entity = {"start": 0, "end": 4, "text": "Rome", "label": "city", "score": 0.9}
        >>> pre_annotation("doccano", "text", "recognizer")({"text": "Rome", "entities": [entity]})
        {'text': 'Rome', 'label': [[0, 4, 'city']]}

        ```
    """

    def label_studio(record: dict[str, Any]) -> dict[str, Any]:
        text, entities, others = _parts(record, column, field)
        result = [
            {
                "id": str(place),
                **region(text, entity["start"], entity["end"], entity["label"]),
                "score": entity["score"],
            }
            for place, entity in enumerate(entities, start=1)
        ]
        prediction: dict[str, Any] = {"model_version": model, "result": result}
        if entities:
            prediction["score"] = fmean(entity["score"] for entity in entities)
        return {"data": {column: text, **others}, "predictions": [prediction]}

    def prodigy(record: dict[str, Any]) -> dict[str, Any]:
        text, entities, others = _parts(record, column, field)
        score = {"score": round(fmean(entity["score"] for entity in entities), 4)} if entities else {}
        return {**prodigy_task(text, map(_triple, entities)), "meta": {**others, **score}}

    def doccano(record: dict[str, Any]) -> dict[str, Any]:
        text, entities, others = _parts(record, column, field)
        return {"text": text, "label": [list(_triple(entity)) for entity in entities], **others}

    return {"label-studio": label_studio, "prodigy": prodigy, "doccano": doccano}[tool]


def _parts(record: dict[str, Any], column: str, field: str) -> tuple[str, list[dict[str, Any]], dict[str, Any]]:
    others = {name: value for name, value in record.items() if name not in (column, field)}
    return record[column] or "", record[field], others


def _triple(entity: dict[str, Any]) -> tuple[int, int, str]:
    return entity["start"], entity["end"], entity["label"]
