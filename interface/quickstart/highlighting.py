"""Recognised entities in colour, for the terminal and for the report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text

# Dark text is readable on all of them.
COLORS = ("#a6cee3", "#fdbf6f", "#b2df8a", "#fb9a99", "#cab2d6", "#ffed6f", "#8dd3c7", "#d9d9d9")


@dataclass(frozen=True)
class Piece:
    """A stretch of text, inside or outside of an entity.

    Args:
        text: The characters.
        label: The entity's type, or None outside.
        color: Its colour, as `#rrggbb`.
        score: The recogniser's confidence.
    """

    text: str
    label: str | None = None
    color: str | None = None
    score: float | None = None


def split_at_entities(text: str, predictions: Iterable[Mapping[str, Any]], types: Sequence[str]) -> list[Piece]:
    """Cut a text into pieces inside and outside of entities.

    Args:
        text: The text that was read.
        predictions: What `pipeline("ner", aggregation_strategy=...)` returns for it.
        types: All entity types; each has its colour by its place.

    Returns:
        The pieces, which joined give the text.

    Example:
        ```python
        >>> from nuner.quickstart.highlighting import split_at_entities
        >>> [(p.text, p.label) for p in split_at_entities(
        ...     "in Paris", [{"start": 3, "end": 8, "entity_group": "city", "score": 0.9}], ["city"])]
        [('in ', None), ('Paris', 'city')]

        ```
    """
    pieces, place = [], 0
    for entity in sorted(predictions, key=lambda entity: entity["start"]):
        if entity["start"] > place:
            pieces.append(Piece(text[place : entity["start"]]))
        label = entity["entity_group"]
        color = COLORS[types.index(label) % len(COLORS)]
        pieces.append(Piece(text[entity["start"] : entity["end"]], label, color, float(entity["score"])))
        place = entity["end"]
    if place < len(text):
        pieces.append(Piece(text[place:]))
    return pieces


def terminal_text(pieces: Iterable[Piece]) -> Text:
    """The pieces as text in colour, each entity followed by its type.

    Args:
        pieces: What `split_at_entities` returns.

    Returns:
        Text for `rich.console.Console.print`.
    """
    line = Text()
    for piece in pieces:
        if piece.label is None:
            line.append(piece.text)
        else:
            line.append(piece.text, style=f"black on {piece.color}")
            line.append(f" {piece.label}", style="bold dim")
    return line
