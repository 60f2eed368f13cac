"""The labelled task that the package carries."""

from __future__ import annotations

from pathlib import Path

SUPPORT_TICKETS = "support-tickets"
"""Name of the task: 600 customer messages with eight types of entities."""


def support_ticket_files() -> dict[str, Path]:
    """Return the file of each split, JSON Lines.

    Example:
        ```python
        >>> list(support_ticket_files())
        ['train', 'test']

        ```
    """
    folder = Path(__file__).parents[1] / "data"
    return {split: folder / f"{SUPPORT_TICKETS}-{split}.jsonl" for split in ("train", "test")}
