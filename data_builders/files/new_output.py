"""Outputs that overwrite nothing unasked, and that one process writes at a time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from glob import glob
from pathlib import Path

from .output_lock import output_lock

AnyPath = str | os.PathLike[str]


@contextmanager
def new_output(*outputs: AnyPath, inputs: Iterable[AnyPath | None] = (), overwrite: bool = False) -> Iterator[None]:
    """Lock outputs until the block has ended, and refuse those where something would be lost.

    An output is new where nothing is yet, where a folder holds nothing that is seen (no name without a dot before it),
    or where there is something that is neither file nor folder, such as `/dev/stdout`.

    Args:
        outputs: Files and folders that will be written. The folders around them are made where they are missing.
        inputs: What is read, as the user named it. What is no file, folder or pattern here, such as a Hub id, is
            passed over.
        overwrite: Whether the user wants what is there to be replaced. What is read is never replaced.

    Raises:
        FileExistsError: If an output is not new and `overwrite` is off, if it is or contains what is read, or if it is
            there already in a folder that is read.
        OutputInUseError: If another process is writing to an output.

    Example:
        ```python
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder, new_output(Path(folder, "encoder")):
        ...     _ = Path(folder, "encoder").write_text("weights")
        ...     try:
        ...         new_output(Path(folder), inputs=[Path(folder, "encoder")], overwrite=True).__enter__()
        ...     except FileExistsError as error:
        ...         print(str(error).replace(folder, "FOLDER"))
        FOLDER contains what is read, FOLDER/encoder: choose another output.

        ```
    """
    read = {Path(os.path.realpath(path)): shown for named in inputs if named for path, shown in _found(named)}
    with ExitStack() as locks:
        for output in outputs:
            locks.enter_context(output_lock(output))
            _refuse_inputs(output, read)
            if not (overwrite or is_new(output)):
                raise FileExistsError(
                    f"{os.fspath(output)} is there already: choose another output, or replace it with --force "
                    "(in Python, overwrite=True)."
                )
        yield


def is_new(output: AnyPath) -> bool:
    """Tell whether nothing is lost by writing to an output.

    Args:
        output: The file or folder.
    """
    path = Path(output)
    if path.is_dir():
        return all(inner.name.startswith(".") for inner in path.iterdir())
    return not path.is_file()


def _found(named: AnyPath) -> list[tuple[AnyPath, str]]:
    """Return what is there of an input, each with its name."""
    path = Path(named).expanduser()
    if os.path.lexists(path):
        return [(path, os.fspath(named))]
    return [(path, path) for path in glob(str(path), recursive=True)]  # noqa: PTH207 (Path.glob takes no absolute one)


def _refuse_inputs(output: AnyPath, read: dict[Path, str]) -> None:
    target = Path(os.path.realpath(output))
    for path, shown in read.items():
        if path == target:
            how = "is what is read"
        elif path.is_relative_to(target):
            how = f"contains what is read, {shown}"
        elif target.is_relative_to(path) and not is_new(target):
            how = f"is a part of what is read, {shown}"
        else:
            continue
        raise FileExistsError(f"{os.fspath(output)} {how}: choose another output.")
