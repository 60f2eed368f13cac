"""The raw-sentence schema: what a sentence looks like before a language model has read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from datasets import Features, Value

from ...record_error import RecordError
from ...schema import sentence_id
from ...surrogates import is_encodable

COLUMNS = ("text", "id", "language", "source")

RAW_SENTENCE_FEATURES = Features({name: Value("string") for name in ("id", "text", "language", "source")})
"""One raw sentence. `language` (ISO 639-1) and `source` may be null where they are not known."""


class RawSentence(TypedDict):
    """A row of `RAW_SENTENCE_FEATURES`."""

    id: str
    text: str
    language: str | None
    source: str | None


def raw_sentence(text: str, language: str | None = None, source: str | None = None) -> RawSentence:
    """Return the row of a sentence; its id is the stable hash of the text.

    Example:
        ```python
        >>> raw_sentence("Ada Lovelace was born in London.", "en")["id"]
        'b6a08f93eaff87c1'

        ```
    """
    return {"id": sentence_id(text), "text": text, "language": language, "source": source}


def sentence_row(sentence: str | Mapping[str, Any]) -> RawSentence:
    """Return a sentence as a row of the raw-sentence schema.

    Args:
        sentence: Its text, or a row with `text` and perhaps `id`, `language` and `source`.

    Raises:
        RecordError: If there is no text, or a field is no string.

    Example:
        ```python
        >>> sentence_row("Ada Lovelace was born in London.")["id"]
        'b6a08f93eaff87c1'

        ```
    """
    values = {"text": sentence} if isinstance(sentence, str) else sentence
    if not isinstance(values, Mapping):
        raise RecordError("the row is not an object")
    for name in COLUMNS:
        value = values.get(name)
        if value is not None and not isinstance(value, str):
            raise RecordError("a field has the wrong type", f"'{name}' is not a string")
    text = values.get("text")
    if not text or not text.strip():
        raise RecordError("the sentence has no text")
    if not is_encodable(text):
        raise RecordError("the text is not valid Unicode")
    row = raw_sentence(text, values.get("language"), values.get("source"))
    row["id"] = values.get("id") or row["id"]
    return row
