"""Find the files that a corpus is read from, and tell one state of their content from another."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from datasets.data_files import DataFilesDict, DataFilesList, sanitize_patterns

DataFiles = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]

_SUFFIXES_IN_A_FOLDER = (".jsonl", ".jsonl.gz", ".parquet")


def resolve_data_files(data_files: DataFiles) -> DataFilesDict:
    """Return the files that the user named, in the form in which a `datasets` builder takes them.

    Splits come from the sentences' ids, so all files stand under the one key `"train"`. Local files carry the
    SHA-256 of their content in `origin_metadata`: the modification time that `datasets` records by itself
    does not change when a file is replaced and its time kept. Remote files carry what `datasets` gives (an
    ETag or a commit).

    Args:
        data_files: A file, a folder (its JSON Lines and Parquet files, also in folders below), a glob
            pattern or a URL, or a list of these. The order of the list is the order of the rows.

    Raises:
        FileNotFoundError: If a file is missing, or a folder or pattern holds none.
    """
    named = [data_files] if isinstance(data_files, (str, os.PathLike)) else list(data_files)
    if not named:
        raise FileNotFoundError("data_files is an empty list; name at least one file.")
    resolved = DataFilesList([], [])
    for item in named:
        resolved = resolved + _resolve_one(os.fspath(item))
    return DataFilesDict({"train": resolved})


def _resolve_one(name: str) -> DataFilesList:
    path = Path(name).expanduser()
    if path.is_dir():
        found = [
            file
            for file in path.rglob("*")
            if file.name.endswith(_SUFFIXES_IN_A_FOLDER)
            and file.is_file()
            # Nor does datasets look at what is hidden, such as what a killed process has left half written.
            and not any(part.startswith(".") for part in file.relative_to(path).parts)
        ]
        if not found:
            raise FileNotFoundError(f"The folder {path} holds no {', '.join(_SUFFIXES_IN_A_FOLDER)} file.")
        return _local(sorted(found))
    if path.is_file():
        return _local([path])
    try:
        patterns = sanitize_patterns(name)["train"]
        remote_or_glob = DataFilesList.from_patterns(patterns)
    except FileNotFoundError:
        remote_or_glob = DataFilesList([], [])
    if not remote_or_glob:
        raise FileNotFoundError(
            f"there is no corpus {name!r}: no file, folder or pattern is called so, nor a data set of the Hub"
        )
    if all(Path(file).is_file() for file in remote_or_glob):
        return _local([Path(file) for file in remote_or_glob])
    return remote_or_glob


def _local(paths: list[Path]) -> DataFilesList:
    files = [path.resolve().as_posix() for path in paths]
    return DataFilesList(files, [(_sha256(Path(file)),) for file in files])


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
