"""A card on disk, which is never written over once a person has made it their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from huggingface_hub import RepoCard
from huggingface_hub.constants import REPOCARD_NAME

CARD_FILE = REPOCARD_NAME
"""Name of the file that the Hub takes for the card."""

GENERATED = "<!-- Written by nuner. Remove this line to keep your own changes: the card is then left as it is. -->"
"""The line that tells a card of this package from a person's."""

# What other tools write without being asked; a card of ours takes its place.
_DRAFTS = ("This model card has been generated automatically according to the information the Trainer had access to",)


def is_generated(path: Path) -> bool:
    """Tell whether a card may be written anew: there is none, or a program wrote it.

    Args:
        path: Where the card lies or would lie.

    Returns:
        False for a card that a person has made their own.
    """
    if not path.is_file():
        return True
    text = path.read_text(encoding="utf-8", errors="replace")
    return GENERATED in text or any(draft in text for draft in _DRAFTS)


def read_card(path: Path, kind: type[RepoCard]) -> Any:
    """Read a card.

    Args:
        path: The card.
        kind: `ModelCard` or `DatasetCard`.

    Returns:
        The card, a `kind`; its `data` is what its YAML states.

    Raises:
        FileNotFoundError: If there is no card.
        ValueError: If its YAML is broken.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path.parent} has no card ({CARD_FILE}); write one with: nuner card {path.parent}")
    try:
        return kind.load(path)
    except (ValueError, TypeError, yaml.YAMLError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise ValueError(f"the YAML at the head of {path} cannot be read: {first}") from error


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
