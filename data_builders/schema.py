"""The corpus schema: what one annotated sentence looks like, and the check every reader passes it through."""

from __future__ import annotations

import hashlib
from typing import Any

from datasets import Features, List, Value

from .record_error import RecordError
from .surrogates import is_encodable

CORPUS_FEATURES = Features(
    {
        "id": Value("string"),
        "text": Value("string"),
        "language": Value("string"),
        "source": Value("string"),
        "entities": List(
            {
                "start": Value("int32"),
                "end": Value("int32"),
                "text": Value("string"),
                "concept": Value("string"),
                "description": Value("string"),
            }
        ),
    }
)
"""One row of a corpus. `language`, `source` and `description` may be null where they are not known."""

TRAIN = "train"
VALIDATION = "validation"

_RECORD_FIELDS = frozenset(CORPUS_FEATURES)
_ENTITY_FIELDS = ("start", "end", "text", "concept", "description")


def sentence_id(text: str) -> str:
    """Return the id of a sentence: the first 16 hexadecimal digits of the SHA-1 of its UTF-8 bytes.

    Example:
        ```python
        >>> sentence_id("Ada Lovelace was born in London.")
        'b6a08f93eaff87c1'

        ```
    """
    return hashlib.sha1(text.encode("utf-8"), usedforsecurity=False).hexdigest()[:16]


def split_of(id: str) -> str:
    """Return the split that a sentence belongs to: one in ten goes to `"validation"`, the rest to `"train"`.

    The side depends on nothing but the id, so a sentence never changes it as the corpus grows (section 3.3 of
    the paper trains on 90% of the sentences and validates on 10%).

    Example:
        ```python
        >>> split_of("cbdb72c77d4abf34")
        'train'

        ```
    """
    digest = hashlib.sha256(id.encode("utf-8")).digest()
    return VALIDATION if int.from_bytes(digest[:8], "big") % 10 == 0 else TRAIN


def normalize_concept(concept: str) -> str:
    """Return a concept name without outer white space and with single spaces inside.

    Example:
        ```python
        >>> normalize_concept(" film   title ")
        'film title'

        ```
    """
    return " ".join(concept.split())


def validate_record(raw: Any) -> dict[str, Any]:
    """Check one raw record against the schema and return it with every field present.

    The optional fields are `id` (computed from the text when absent), `language`, `source` and the entities'
    `description` (null when absent). Concept names have their white space normalized; nothing else changes.

    Args:
        raw: What a line of JSON or a row of Parquet holds.

    Returns:
        A record that fits `CORPUS_FEATURES`, in which `text[start:end]` is each entity's text.

    Raises:
        RecordError: If the record breaks the schema; the message says how.

    Example:
        ```python
        >>> entity = {"start": 0, "end": 3, "text": "Ada", "concept": "person"}
        >>> record = validate_record({"text": "Ada was here.", "entities": [entity]})
        >>> record["entities"][0]["description"] is None
        True

        ```
    """
    if not isinstance(raw, dict):
        raise RecordError("the record is not an object", f"it is {_type_name(raw)}")
    _check_fields(raw, _RECORD_FIELDS, ("text", "entities"), "")
    text = _string(raw, "text", "")
    if not text.strip():
        raise RecordError("the text is empty")
    if not isinstance(raw["entities"], list):
        raise RecordError("a field has the wrong type", f"'entities' is {_type_name(raw['entities'])}, not a list")
    id = _optional_string(raw, "id", "")
    if id is not None and not id.strip():
        raise RecordError("the id is empty")
    return {
        "id": sentence_id(text) if id is None else id,
        "text": text,
        "language": _optional_string(raw, "language", ""),
        "source": _optional_string(raw, "source", ""),
        "entities": [_entity(entity, index, text) for index, entity in enumerate(raw["entities"])],
    }


def _entity(raw: Any, index: int, text: str) -> dict[str, Any]:
    where = f"entity {index + 1}: "
    if not isinstance(raw, dict):
        raise RecordError("an entity is not an object", f"{where}it is {_type_name(raw)}")
    _check_fields(raw, frozenset(_ENTITY_FIELDS), ("start", "end", "text", "concept"), where)
    start, end = _offset(raw, "start", where), _offset(raw, "end", where)
    surface = _string(raw, "text", where)
    concept = normalize_concept(_string(raw, "concept", where))
    if not surface.strip():
        raise RecordError("an entity is empty", f"{where}its text is {surface!r}")
    if not concept:
        raise RecordError("a concept is empty", f"{where}{surface!r} has no concept")
    if not 0 <= start < end <= len(text) or text[start:end] != surface:
        if surface not in text:
            raise RecordError("an entity is not in the sentence", f"{where}{surface!r}")
        given = repr(text[start:end]) if 0 <= start < end <= len(text) else "no text"
        raise RecordError(
            "the offsets do not give the entity", f"{where}{start}-{end} gives {given} instead of {surface!r}"
        )
    description = _optional_string(raw, "description", where)
    return {"start": start, "end": end, "text": surface, "concept": concept, "description": description}


def _check_fields(raw: dict, known: frozenset[str], required: tuple[str, ...], where: str) -> None:
    unknown = sorted(str(name) for name in raw if name not in known)
    if unknown:
        raise RecordError("unknown fields", where + ", ".join(unknown))
    missing = [name for name in required if raw.get(name) is None]
    if missing:
        raise RecordError("missing fields", where + ", ".join(missing))


def _string(raw: dict, name: str, where: str) -> str:
    value = raw[name]
    if not isinstance(value, str):
        raise RecordError("a field has the wrong type", f"{where}'{name}' is {_type_name(value)}, not a string")
    if not is_encodable(value):
        raise RecordError("a field is not valid Unicode", f"{where}'{name}' has a lone surrogate")
    return value


def _optional_string(raw: dict, name: str, where: str) -> str | None:
    return None if raw.get(name) is None else _string(raw, name, where)


def _offset(raw: dict, name: str, where: str) -> int:
    value = raw[name]
    if not isinstance(value, int) or isinstance(value, bool):
        raise RecordError("a field has the wrong type", f"{where}'{name}' is {_type_name(value)}, not a whole number")
    return value


def _type_name(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    names |= {int: "a number", float: "a number"}
    return names.get(type(value), f"of type {type(value).__name__}")
