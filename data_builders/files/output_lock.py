"""One process at a time writes to an output."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from filelock import FileLock, SoftFileLock, Timeout

LOCK = ".lock"
"""The end of the name of a lock; what a killed process has left of it locks nobody out."""

_LONGEST_NAME = 200
_LONGEST_NOTE = 200


class OutputInUseError(OSError):
    """Another process is writing to the output."""


@contextmanager
def output_lock(output: str | os.PathLike[str]) -> Iterator[None]:
    """Keep others from writing to an output until the block has ended, or the process, however it ends.

    The lock is a hidden file beside the output, which need not exist yet. Where no file can be made there, it lies in
    the folder that is the output, or, for a file, among the temporary files. A block within a block of the same thread
    has the lock already. What is neither file nor folder, such as `/dev/stdout`, is not locked.

    Args:
        output: The file or folder. The folders around it are made where they are missing, and removed again if
            nothing is in them at the end.

    Raises:
        OutputInUseError: If somebody else holds the lock; the message says which process does.
        OSError: If the output is not there and cannot be made.

    Example:
        ```python
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder, output_lock(Path(folder, "corpus")):
        ...     [path.name for path in Path(folder).iterdir()]
        ['.corpus.lock']

        ```
    """
    target = Path(os.path.realpath(output))
    if target.exists() and not (target.is_file() or target.is_dir()):
        yield
        return
    made = [folder for folder in target.parents if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        lock = _acquire(target, output)
        try:
            yield
        finally:
            if lock.lock_counter == 1:
                # While it is held: whoever has opened it by now sees that it has lost its name, and makes a new one.
                with suppress(OSError):  # Windows removes no open file
                    Path(lock.lock_file).unlink()
            lock.release()
    finally:
        for folder in made:
            with suppress(OSError):  # it holds something
                folder.rmdir()


def _acquire(target: Path, output: str | os.PathLike[str]) -> FileLock:
    """Acquire the lock at the first of its places that allows it."""
    refused = OSError()
    for place in _places(target):
        try:
            return _acquire_at(place, output)
        except OutputInUseError:
            raise
        except OSError as error:
            refused = error
    refused.filename = os.fspath(output)
    raise refused


def _places(target: Path) -> list[Path]:
    name = target.name
    if len(os.fsencode(name)) > _LONGEST_NAME:
        name = sha256(os.fsencode(name)).hexdigest()
    places = [target.with_name(f".{name}{LOCK}")]
    if target.is_dir():
        places.append(target / LOCK)
    elif target.exists():
        digest = sha256(os.fsencode(target)).hexdigest()
        places.append(Path(tempfile.gettempdir(), f"nuner-{digest}{LOCK}"))
    return places


def _acquire_at(place: Path, output: str | os.PathLike[str]) -> FileLock:
    lock = FileLock(place, timeout=0, is_singleton=True)
    try:
        lock.acquire()
    except Timeout:
        if not place.exists():  # where no file can be made, that may end in a timeout, too
            tempfile.TemporaryFile(dir=place.parent).close()
        raise OutputInUseError(
            f"{os.fspath(output)} is being written by {_holder(place)}: wait until that has ended, or choose another "
            "output."
        ) from None
    if lock.lock_counter == 1 and not isinstance(lock, SoftFileLock):  # that one keeps its own notes
        with suppress(OSError):  # Windows lets nobody write to it
            place.write_text(
                f"process {os.getpid()} on {socket.gethostname()}, since {datetime.now():%Y-%m-%d %H:%M:%S}",
                encoding="utf-8",
            )
    return lock


def _holder(place: Path) -> str:
    with suppress(OSError, ValueError):
        note = place.read_text(encoding="utf-8")
        if note.isprintable() and 0 < len(note) <= _LONGEST_NOTE:
            return note
    return "another process"
