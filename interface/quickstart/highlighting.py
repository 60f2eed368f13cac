"""Recognized entities in color, for the terminal and for the report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.text import Text

from nuner.data_builders.pages.highlighting import Highlight, Piece, colors_of, split_at_highlights


def split_at_entities(text: str, predictions: Iterable[Mapping[str, Any]], types: Sequence[str]) -> list[Piece]:
    """Cut a text into pieces inside and outside of entities.

    Args:
        text: The text that was read.
        predictions: What `pipeline("ner", aggregation_strategy=...)` returns for it.
        types: All entity types; each has its color by its place.

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
    colors = colors_of(types)
    return split_at_highlights(
        text,
        [
            Highlight(
                entity["start"],
                entity["end"],
                entity["entity_group"],
                colors[entity["entity_group"]],
                float(entity["score"]),
            )
            for entity in predictions
        ],
    )


def terminal_text(pieces: Iterable[Piece]) -> Text:
    """Put the pieces together as text in color, each entity followed by its type.

    Args:
        pieces: What `split_at_entities` returns.

    Returns:
        Text for `rich.console.Console.print`.

    Example:
        ```python
        >>> from nuner.data_builders.pages.highlighting import Piece
        >>> from nuner.quickstart.highlighting import terminal_text
        >>> terminal_text([Piece("in "), Piece("Paris", "city", "#a6cee3")]).plain
        'in Paris city'

        ```
    """
    line = Text()
    for piece in pieces:
        line.append(piece.text, style=f"black on {piece.color}" if piece.color else "")
        if piece.label is not None:
            line.append(f" {piece.label}", style="bold dim")
    return line
