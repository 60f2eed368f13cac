"""The entities of one text, for a look."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from nuner.modeling_nuner.recognition.entities import Entity


def entity_table(entities: Sequence[Entity]) -> Table:
    """Make a table of entities.

    Args:
        entities: The entities of a text.

    Returns:
        A row for each entity, in their order.
    """
    table = Table(caption=None if entities else "No entity was found.", caption_justify="left")
    table.add_column("entity", overflow="fold")
    table.add_column("type", overflow="fold")
    table.add_column("score", justify="right")
    table.add_column("start", justify="right")
    table.add_column("end", justify="right")
    for entity in entities:
        table.add_row(
            entity["text"], entity["label"], f"{entity['score']:.2f}", f"{entity['start']}", f"{entity['end']}"
        )
    return table
