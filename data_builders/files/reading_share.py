"""Which share of some files has been read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

Advance = Callable[[str, float], None]
"""Is told what is being read, and which share of it was, from 0 to 1."""


def tell_nobody(stage: str, share: float) -> None:
    """Take the place of an `Advance` where nobody wants to know."""


class ReadingShare:
    """The share of local files that has been read so far, by the bytes of those that are open or were.

    Args:
        paths: The files, in the order of reading. Of files elsewhere the size is not known: they count as nothing.

    Example:
        ```python
        >>> from nuner.data_builders.files.reading_share import ReadingShare
        >>> share = ReadingShare(["texts.txt"])
        >>> with open("texts.txt", "rb") as file:
        ...     share.begin("texts.txt", file)
        ...     _ = file.read()
        ...     share()
        1.0

        ```
    """

    def __init__(self, paths: Sequence[str]) -> None:
        self._sizes = {path: Path(path).stat().st_size if Path(path).is_file() else 0 for path in paths}
        self._read = self._current = 0
        self._file: IO[bytes] | None = None

    def begin(self, path: str, file: IO[bytes]) -> None:
        """Note that a file is read from now on, and the one before it no more.

        Args:
            path: One of the files.
            file: What reads it, as it is stored.
        """
        self._read += self._current
        self._file, self._current = file, self._sizes[path]

    def __call__(self) -> float:
        """Return the share, from 0 to 1."""
        total = sum(self._sizes.values())
        if self._file is None or not total:
            return 0.0
        here = self._current if self._file.closed else min(self._file.tell(), self._current)
        return (self._read + here) / total
