"""A folder for what is written only to be pushed."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

_PREFIX = "nuner-push-"
_LOCK = "lock"
_STALE_SECONDS = 24 * 3600.0


@contextmanager
def staging_folder() -> Iterator[Path]:
    """Make an empty temporary folder that is gone afterwards.

    A process that is killed leaves its folder behind, with gigabytes of weights perhaps. The next push removes such
    folders a day later; never those of a push that still runs, however long it takes.

    Yields:
        The folder.
    """
    _remove_stale()
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as outer, FileLock(Path(outer) / _LOCK):
        folder = Path(outer) / "files"
        folder.mkdir()
        yield folder


def _remove_stale() -> None:
    """Remove what killed processes left."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        # Of another user, or removed by another process in this moment: then it is not for this one to remove.
        with contextlib.suppress(OSError, Timeout):
            if folder.is_symlink() or time.time() - folder.stat().st_mtime < _STALE_SECONDS:
                continue
            with FileLock(folder / _LOCK, timeout=0):
                shutil.rmtree(folder)
