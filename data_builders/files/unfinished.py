"""What is being written, and what killed processes have left of it."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where nobody can remove a file that is open
    fcntl = None

UNFINISHED = ".incomplete"
"""The end of the name of what is being written, or of what a killed process has left of it."""

NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EBUSY, errno.EXDEV, errno.EROFS}
"""Why a file cannot be made or moved somewhere, although it may be written where it is."""


@contextmanager
def unfinished_of(target: Path, named: Path, folders: list[Path], make: Callable[[Path], object]) -> Iterator[Path]:
    """Make a file or folder for as long as something is written to it, in the first of the folders that allows it.

    Args:
        target: What it shall become.
        named: The target in the words of the user: errors name that, and not what stands in for it.
        folders: Where it may lie.
        make: Makes it.

    Yields:
        Its path; it is gone afterwards, unless it has another name by then.
    """
    try:
        while True:
            unfinished = _make(target, folders, make)
            with _locked(unfinished) as ours:
                if not ours:  # taken for a leftover before it was locked
                    continue
                try:
                    yield unfinished
                finally:
                    remove(unfinished)
                return
    except Exception as error:
        _name_as_the_user_does(error, target, folders, named)
        raise


def _make(target: Path, folders: list[Path], make: Callable[[Path], object]) -> Path:
    folder, *others = folders
    remove_leftovers(target, folder)
    unfinished = new_name(target, folder)
    try:
        make(unfinished)
    except OSError as error:
        if error.errno not in NOT_ALLOWED or not others:
            raise
        return _make(target, others, make)
    return unfinished


def _start_of_name(target: Path) -> str:
    return f".{target.name[:40]}-"  # a name has 255 bytes at most


def _pattern_of_name(target: Path) -> str:
    return f"{re.escape(_start_of_name(target))}[0-9a-f]{{8}}{re.escape(UNFINISHED)}"


@contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Hold the lock that tells what is being written from a leftover; False if the path is gone meanwhile."""
    if fcntl is None:
        yield True
        return
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        yield False
        return
    try:
        with suppress(OSError):  # a file system without locks: then no leftover can be locked either
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield path.exists() and os.path.samestat(os.fstat(descriptor), path.stat())
    finally:
        os.close(descriptor)


def remove_leftovers(target: Path, folder: Path) -> None:
    """Remove what killed processes have left of a target in a folder, and nothing that is being written.

    Args:
        target: What is written.
        folder: Where to look.
    """
    if fcntl is None:
        return
    with suppress(OSError):  # the folder is missing, which is told when it is written to
        for path in folder.iterdir():
            if not re.fullmatch(_pattern_of_name(target), path.name):
                continue
            with suppress(OSError):
                descriptor = os.open(path, os.O_RDONLY)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    remove(path)
                finally:
                    os.close(descriptor)


def new_name(target: Path, folder: Path) -> Path:
    """Return a name for what is not, or no more, the target.

    Args:
        target: What is written.
        folder: Where the name shall be.
    """
    return folder / f"{_start_of_name(target)}{secrets.token_hex(4)}{UNFINISHED}"


def remove(path: Path) -> None:
    """Remove a file or a folder, as far as that is allowed.

    Args:
        path: What is removed.
    """
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def _name_as_the_user_does(error: Exception, target: Path, folders: list[Path], named: Path) -> None:
    """Let an error name the target in the user's words, also instead of what stood in for it."""
    places = "|".join(re.escape(str(folder)) for folder in folders)
    ours = re.compile(rf"(?:{places})[/\\]?{_pattern_of_name(target)}|^{re.escape(str(target))}(?=$|[/\\])")

    def shown(text: str) -> str:
        return ours.sub(lambda _: str(named), text)

    error.args = tuple(shown(argument) if isinstance(argument, str) else argument for argument in error.args)
    if isinstance(error, OSError):
        for name in ("filename", "filename2"):
            value = getattr(error, name)
            if isinstance(value, (str, os.PathLike)):
                setattr(error, name, shown(os.fspath(value)))
