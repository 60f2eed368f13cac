"""Files that are there whole, or as they were before, however their writing ends."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path

from .unfinished import NOT_ALLOWED, new_name, remove, remove_leftovers, unfinished_of


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
    where it is, and keeps its permissions; a new one gets those of any new file. One that may be written but not be
    replaced (it is mounted alone, or lies in a folder of somebody else) gets the complete content in one go, which a
    full disk or the end of the process can break off. What is no regular file (a pipe, `/dev/stdout`) is written to as
    it is.

    Args:
        path: The file. Its folder is there already.

    Yields:
        A path to write to, mostly beside it, which takes the file's place once the block has ended without an error.
        Its name does not end as that of the file does: a writer that goes by names must be told the format.

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
    # A file that is there may be ours to write in a folder that is not: then its new content waits elsewhere.
    folders = [target.parent, Path(tempfile.gettempdir())] if target.exists() else [target.parent]
    with unfinished_of(target, path, folders, partial(Path.touch, exist_ok=False)) as unfinished:
        if target.exists():
            _refuse_read_only(target)
            unfinished.chmod(0o600)  # until it gets the permissions of the file
        yield unfinished
        _flush(unfinished)
        _put(unfinished, target)


@contextmanager
def whole_files(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """Write files to a folder so that it holds all of the new ones, or what it held before.

    A new folder appears in one step. In one that is there each file takes its place by itself, as with `whole_file`: a
    process that is killed at that very moment leaves some new and some old files.

    Args:
        folder: Where the files shall be. What else lies there stays. It is made where it is missing, with the folders
            around it.

    Yields:
        A folder to write to: a hidden one in that which is there, or beside the place of a new one. Its files, and
        those of folders in it, are moved once the block has ended without an error.

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
    if target.exists():
        folder.mkdir(exist_ok=True)  # tells at once of a file that is in the way
        remove_leftovers(target, target.parent)  # of when the folder was new
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
    # A folder's own disk and rights are what its files need; those around it may be others.
    with unfinished_of(target, folder, [target if target.exists() else target.parent], Path.mkdir) as staging:
        yield staging
        files = sorted(path for path in staging.rglob("*") if path.is_file())
        for file in files:
            _flush(file)
        if target.exists():
            _move_into(target, staging, files)
        else:
            staging.rename(target)
            _flush(target.parent)


def remove_folder(folder: str | os.PathLike[str]) -> None:
    """Remove a folder in one step: nobody ever finds a part of it, also if the process is killed.

    Args:
        folder: The folder; it need not be there.
    """
    target = Path(os.path.realpath(folder))
    remove_leftovers(target, target.parent)
    with suppress(FileNotFoundError):
        remove(target.rename(new_name(target, target.parent)))


def _move_into(target: Path, staging: Path, files: list[Path]) -> None:
    """Replace the files of a folder; if one cannot be, put back those that were."""
    replaced = Path(tempfile.mkdtemp(dir=staging))
    moved: list[tuple[Path, Path | None]] = []
    try:
        for number, file in enumerate(files):
            final = Path(os.path.realpath(target / file.relative_to(staging)))
            final.parent.mkdir(parents=True, exist_ok=True)
            old = replaced / str(number) if final.exists() else None
            moved.append((final, old))
            _put(file, final, old)
    except BaseException:
        for final, old in reversed(moved):
            with suppress(OSError):
                final.unlink() if old is None else _put(old, final)
        raise


def _put(unfinished: Path, target: Path, old: Path | None = None) -> None:
    """Let a finished file take the place of another, whose permissions it gets and which can be kept under a name."""
    if target.is_file():
        _refuse_read_only(target)
        shutil.copymode(target, unfinished)
    if old is not None:
        # A second name for the old file, which so is never away. Not every file system has such names.
        with suppress(OSError):
            os.link(target, old)
    try:
        unfinished.replace(target)
    except OSError as error:
        if error.errno not in NOT_ALLOWED:
            raise
        if old is not None:
            old.unlink(missing_ok=True)
            shutil.copyfile(target, old)
        shutil.copyfile(unfinished, target)
        _flush(target)
    _flush(target.parent)


def _refuse_read_only(target: Path) -> None:
    """Keep a file that may not be written from being replaced, which the rights of its folder would allow."""
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))


def _flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk; not every system can do the latter."""
    with suppress(OSError) if path.is_dir() else nullcontext():
        descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
