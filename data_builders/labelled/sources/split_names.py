"""What files and data sets call their splits."""

from __future__ import annotations

import re
from collections.abc import Iterable

VALIDATION_SPLITS = ("validation", "dev", "valid", "val")
"""What a split to validate on is called, the most usual name first."""

SPLIT_WORDS = {
    **dict.fromkeys(("train", "training", "trn"), "train"),
    **dict.fromkeys((*VALIDATION_SPLITS, "devel", "development", "testa"), "validation"),
    **dict.fromkeys(("test", "testing", "tst", "testb"), "test"),
}
"""Words in the names of files, and the split that they stand for."""

_WORD = re.compile(r"[^\W\d_]+")


def split_of(file_name: str) -> str | None:
    """Return the split that the name of a file stands for; None if it says nothing, or more than one thing.

    Example:
        ```python
        >>> [split_of(name) for name in ("en-train.conll", "eng.testa", "wnut17test.tsv.gz", "export.json")]
        ['train', 'validation', 'test', None]

        ```
    """
    words = _WORD.findall(file_name.lower())
    found = {SPLIT_WORDS[word] for word in words if word in SPLIT_WORDS}
    return found.pop() if len(found) == 1 else None


def find_split(name: str, available: Iterable[str]) -> str | None:
    """Find a split by its name, or by another name for the same: `validation` for `dev`.

    Args:
        name: What it is called.
        available: The splits there are.

    Returns:
        The one of them that is meant, if there is one.
    """
    available = list(available)
    if name in available:
        return name
    same = [each for each in available if each in SPLIT_WORDS and SPLIT_WORDS[each] == SPLIT_WORDS.get(name)]
    return same[0] if len(same) == 1 else None
