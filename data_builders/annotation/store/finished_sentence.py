"""A sentence that the language model has answered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FinishedSentence:
    """One sentence with its raw reply, as an annotation store hands it on.

    The reply is kept raw, so that a corpus can be built anew when parsing or alignment has improved.

    Args:
        id: The stable hash of the text.
        text: The sentence.
        language: Its language (ISO 639-1), or None where it is not known.
        source: Where the sentence comes from, or None where it is not known.
        reply: What the model wrote for this sentence.
        truncated: Whether the reply was cut off at the limit of its length.
        number: Its number in the store, from 1; None outside of one.
    """

    id: str
    text: str
    language: str | None
    source: str | None
    reply: str
    truncated: bool
    number: int | None = None
