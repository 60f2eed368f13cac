"""Files that are there whole, or as they were before, however their writing ends."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where nobody can remove a file that is open
    fcntl = None

UNFINISHED = ".incomplete"
"""The end of the name of what is being written, or of what a killed process has left of it."""


def write_whole(path: str | os.PathLike[str], content: str | bytes, errors: str = "strict") -> None:
    r"""Write a text or bytes to a file, which then holds all of it, or what it held before.

    Args:
        path: The file. Its folder is there already.
        content: A text, which is written as UTF-8 and as it is (`"\n"` stays), or bytes.
        errors: What to do about characters that UTF-8 does not have, as for `str.encode`.

    Raises:
        OSError: If the file cannot be written; it is as it was before, and nothing else is left.

    Example:
        ```python
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_whole(Path(folder, "figures.json"), "{}")
        ...     [path.name for path in Path(folder).iterdir()]
        ['figures.json']

        ```
    """
    with whole_file(path) as unfinished:
        unfinished.write_bytes(content.encode("utf-8", errors) if isinstance(content, str) else content)


@contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Write a file so that it holds all of its new content, or what it held before.

    The new content is on the disk before it takes the place of the old one. A file that a link leads to is replaced
    where it is, and keeps its permissions; a new one gets those of any new file. What is no regular file (a pipe,
    `/dev/stdout`) is written to as it is.

    Args:
        path: The file. Its folder is there already.

    Yields:
        A path beside it to write to, which takes the file's place once the block has ended without an error. Its
        name does not end as that of the file does: a writer that goes by names must be told the format.

    Raises:
        OSError: If the file cannot be written; it is as it was before, and nothing else is left.

    Example:
        ```python
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with whole_file(Path(folder, "rows.jsonl")) as unfinished, unfinished.open("w") as file:
        ...         _ = file.write("[]")
        ...     Path(folder, "rows.jsonl").read_text()
        '[]'

        ```
    """
    path = Path(path)
    if path.exists() and not path.is_file():
        yield path
        return
    target = Path(os.path.realpath(path))
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    if mode is not None and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    with _beside(target, path, _new_file) as unfinished:
        yield unfinished
        _flush(unfinished)
        if mode is not None:
            unfinished.chmod(mode)
        unfinished.replace(target)
        _flush_folder(target.parent)


@contextmanager
def whole_files(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """Write files to a folder so that it holds all of the new ones, or what it held before.

    A new folder appears in one step. In one that is there each file is replaced by itself: a process that is killed
    at that very moment leaves some new and some old files, each of them whole.

    Args:
        folder: Where the files shall be. What else lies there stays. It is made where it is missing, with the folders
            around it.

    Yields:
        A folder beside it to write to. Its files, and those of folders in it, are moved once the block has ended
        without an error.

    Raises:
        OSError: If a file cannot be written; the folder is as it was before, and nothing else is left.

    Example:
        ```python
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as outer:
        ...     with whole_files(Path(outer, "model")) as staging:
        ...         write_whole(staging / "config.json", "{}")
        ...     [path.name for path in Path(outer, "model").iterdir()]
        ['config.json']

        ```
    """
    folder = Path(folder)
    target = Path(os.path.realpath(folder))
    target.parent.mkdir(parents=True, exist_ok=True)
    with _beside(target, folder, Path.mkdir) as staging:
        yield staging
        files = sorted(path for path in staging.rglob("*") if path.is_file())
        for file in files:
            _flush(file)
        if target.exists():
            _move_into(target, staging, files)
        else:
            staging.rename(target)
            _flush_folder(target.parent)


def _move_into(target: Path, staging: Path, files: list[Path]) -> None:
    """Replace the files of a folder; if one cannot be, put back those that were."""
    moved: list[tuple[Path, Path | None]] = []
    with _beside(target, target, Path.mkdir) as replaced:
        try:
            for number, file in enumerate(files):
                final = target / file.relative_to(staging)
                final.parent.mkdir(parents=True, exist_ok=True)
                old = None
                # A second name for the old file, which so is never away. Not every file system has such names.
                with suppress(OSError):
                    old = replaced / str(number)
                    os.link(final, old, follow_symlinks=False)
                existed = os.path.lexists(final)
                file.replace(final)
                moved.append((final, old if existed else None))
        except BaseException:
            for final, old in reversed(moved):
                with suppress(OSError):
                    final.unlink() if old is None else old.replace(final)
            raise
    for parent in {target, *(final.parent for final, _ in moved)}:
        _flush_folder(parent)


@contextmanager
def _beside(target: Path, named: Path, make: Callable[[Path], object]) -> Iterator[Path]:
    """Make a file or folder beside the target for as long as something is written to it.

    Errors name the target as the user does, and not what stands in for it.
    """
    _remove_leftovers(target)
    unfinished = target
    try:
        while True:
            unfinished = target.with_name(f"{_start_of_name(target)}{secrets.token_hex(4)}{UNFINISHED}")
            make(unfinished)
            with _locked(unfinished) as ours:
                if not ours:  # taken for a leftover before it was locked
                    continue
                try:
                    yield unfinished
                finally:
                    _remove(unfinished)
                return
    except Exception as error:
        _rename_in(error, unfinished, named)
        raise


def _start_of_name(target: Path) -> str:
    return f".{target.name[:40]}-"  # a name has 255 bytes at most


def _new_file(path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))


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


def _remove_leftovers(target: Path) -> None:
    """Remove what killed processes have left of the same target, and nothing that is being written."""
    if fcntl is None:
        return
    name = re.compile(f"{re.escape(_start_of_name(target))}[0-9a-f]{{8}}{re.escape(UNFINISHED)}")
    with suppress(OSError):  # the folder is missing, which is told when it is written to
        for path in target.parent.iterdir():
            if not name.fullmatch(path.name):
                continue
            with suppress(OSError):
                descriptor = os.open(path, os.O_RDONLY)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    _remove(path)
                finally:
                    os.close(descriptor)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def _flush(path: Path) -> None:
    """Wait until a file is on the disk."""
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the system can do that."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _rename_in(error: Exception, unfinished: Path, named: Path) -> None:
    """Let an error name the target instead of the unfinished file or folder."""
    shown, replacement = str(unfinished), str(named)
    error.args = tuple(
        argument.replace(shown, replacement) if isinstance(argument, str) else argument for argument in error.args
    )
    if isinstance(error, OSError):
        for name in ("filename", "filename2"):
            value = getattr(error, name)
            if isinstance(value, (str, os.PathLike)):
                setattr(error, name, os.fspath(value).replace(shown, replacement))
