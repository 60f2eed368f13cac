"""The labelled data set that the package carries: messages of customers, with eight types of entities."""

from __future__ import annotations

from pathlib import Path

SUPPORT_TICKETS = "support-tickets"
"""What users call it."""

_FOLDER = Path(__file__).parents[1] / "data"


def support_tickets_files() -> dict[str, Path]:
    """Return the JSON Lines file of each split.

    Example:
        ```python
        >>> from nuner.data_builders.labelled.support_tickets import support_tickets_files
        >>> {split: file.name for split, file in support_tickets_files().items()}
        {'train': 'support-tickets-train.jsonl', 'test': 'support-tickets-test.jsonl'}

        ```
    """
    return {split: _FOLDER / f"{SUPPORT_TICKETS}-{split}.jsonl" for split in ("train", "test")}
