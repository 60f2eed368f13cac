"""Ranges of words as entities with their places in the caller's texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypedDict

from .decoding import WordSpans
from .words.tokens import WordTokens

if TYPE_CHECKING:
    import pyarrow


class Entity(TypedDict):
    """A recognized entity.

    Args:
        start: Character with which it begins in the caller's string.
        end: Behind its last character.
        text: `string[start:end]`.
        label: Its type.
        score: Mean probability of its words' labels, 0 to 1.
    """

    start: int
    end: int
    text: str
    label: str
    score: float


def entities_type() -> pyarrow.DataType:
    """Return the type of a column of Arrow or Parquet that holds the entities of texts."""
    import pyarrow

    return pyarrow.list_(
        pyarrow.struct(
            {"start": pyarrow.int64(), "end": pyarrow.int64(), "text": pyarrow.string()}
            | {"label": pyarrow.string(), "score": pyarrow.float64()}
        )
    )


def place_entities(
    texts: list[str], tokens: WordTokens, spans: WordSpans, types: list[str]
) -> Iterator[tuple[int, Entity]]:
    """Turn ranges of words into entities.

    Args:
        texts: The texts.
        tokens: Their words.
        spans: The ranges.
        types: Names of the types, as `WordSpans.type` numbers them.

    Yields:
        Number of its text, and the entity, in the order of the ranges.
    """
    columns = (tokens.text[spans.first], tokens.start[spans.first], tokens.end[spans.last], spans.type, spans.score)
    for place, start, end, kind, score in zip(*(column.tolist() for column in columns), strict=True):
        yield place, Entity(start=start, end=end, text=texts[place][start:end], label=types[kind], score=score)
