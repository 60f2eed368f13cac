"""The files of an earlier version, which lie packed in `tests/earlier_files`."""

from __future__ import annotations

import tarfile
from pathlib import Path

from .folders import TESTS

ARCHIVE = TESTS / "earlier_files" / "files.tar.gz"


def unpack_earlier_files(folder: Path) -> Path:
    """Unpack them into a new folder, where they name each other by relative paths.

    Args:
        folder: The folder.

    Returns:
        The folder.
    """
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    return folder
