"""The raw-sentence schema: what a sentence looks like before a language model has read it."""

from __future__ import annotations

from typing import TypedDict

from datasets import Features, Value

from nuner.data_builders.schema import sentence_id

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
        >>> raw_sentence("Ada Lovelace was born in London.", "en")["id"]
        'b6a08f93eaff87c1'
    """
    return {"id": sentence_id(text), "text": text, "language": language, "source": source}
