"""The JSON schema of replies, for servers that can hold a model to one."""

from __future__ import annotations

from typing import Any


def reply_format(several: bool) -> dict[str, Any]:
    """Return the `response_format` of a request.

    Args:
        several: Whether the request holds several sentences.

    Example:
        >>> reply_format(several=False)["json_schema"]["schema"]["required"]
        ['entities']
    """
    string = {"type": "string"}
    entity = _object(text=string, concept=string, description=string)
    entities = {"type": "array", "items": entity}
    if several:
        result = _object(id={"type": "integer"}, entities=entities)
        schema = _object(results={"type": "array", "items": result})
    else:
        schema = _object(entities=entities)
    return {"type": "json_schema", "json_schema": {"name": "entities", "strict": True, "schema": schema}}


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
