"""Cards on disk: written whole or not at all, and never over a card that a person has made their own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CARD_FILE = "README.md"
GENERATED = "<!-- Written by nuner. Remove this line to keep your own changes: the card is then left as it is. -->"

# What other tools write without being asked; a card of ours takes its place.
_DRAFTS = ("This model card has been generated automatically according to the information the Trainer had access to",)


def write_whole(path: Path, text: str) -> None:
    """Write a text file so that it is there whole, or as it was before.

    Args:
        path: Where to write.
        text: What to write.
    """
    handle, unfinished = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="") as file:
            file.write(text)
        # mkstemp makes it private; what it replaces was not.
        os.chmod(unfinished, 0o644)  # noqa: PTH101 (a descriptor's name, not a path that is built)
        Path(unfinished).replace(path)
    finally:
        Path(unfinished).unlink(missing_ok=True)


def is_own_card(path: Path) -> bool:
    """Whether a card may be written anew: there is none, or it was written by a program.

    Args:
        path: Where the card lies or would lie.
    """
    if not path.is_file():
        return True
    text = path.read_text(encoding="utf-8", errors="replace")
    return GENERATED in text or any(draft in text for draft in _DRAFTS)


@contextmanager
def as_before_on_error(*paths: Path) -> Iterator[None]:
    """Put files back as they were when what is done with them fails.

    Args:
        *paths: The files, there or not.
    """
    before = {path: path.read_bytes() if path.is_file() else None for path in paths}
    try:
        yield
    except BaseException:
        for path, content in before.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(content)
        raise
