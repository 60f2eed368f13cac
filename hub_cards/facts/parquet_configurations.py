"""The configurations of a data set that is Parquet files, as `datasets` reads them from a card."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT = "default"

_SHARD = re.compile(r"(?P<split>\w+(?:\.\w+)*)(?:-\d{5}-of-\d{5})?\.parquet")


@dataclass
class ParquetSplit:
    """The files of one split.

    Args:
        pattern: What matches them, relative to the data set's folder.
        files: The files.
        rows: How many rows they hold.
        size: Bytes of the files.
        uncompressed: Bytes of what is in them.
    """

    pattern: str
    files: list[Path] = field(default_factory=list)
    rows: int = 0
    size: int = 0
    uncompressed: int = 0


Configurations = dict[str, dict[str, ParquetSplit]]
"""Configuration -> split -> its files."""


def holds_parquet(folder: Path) -> bool:
    """Tell whether a folder holds a data set.

    Args:
        folder: The folder.

    Returns:
        Whether a Parquet file is in it or below it, other than a hidden one.
    """
    return any(_visible(folder, "**/*.parquet"))


def parquet_configurations(folder: str | os.PathLike[str]) -> Configurations:
    """Find the configurations of a data set: a sub-folder each, or files in the folder itself.

    Args:
        folder: Files named `<split>-00000-of-00001.parquet` or `<split>.parquet`, here (the configuration
            `default`) or in sub-folders named after their configuration. What is hidden is passed over.

    Returns:
        Configuration -> split -> its files; `default` first, then as in the alphabet with numbers by their value.

    Raises:
        FileNotFoundError: If there is no Parquet file.
        ValueError: If a file's name tells no split, or both the folder and its sub-folder `default` hold files.
    """
    import pyarrow.parquet as pq

    folder = Path(folder)
    found: Configurations = {}
    for path in sorted([*_visible(folder, "*.parquet"), *_visible(folder, "*/*.parquet")]):
        inside = path.relative_to(folder)
        name = inside.parts[0] if len(inside.parts) > 1 else DEFAULT
        match = _SHARD.fullmatch(path.name)
        if match is None:
            raise ValueError(f"the name of {path} tells no split; it should be like train-00000-of-00001.parquet.")
        pattern = str(inside.with_name(f"{match['split']}-*.parquet" if "-of-" in path.name else path.name).as_posix())
        split = found.setdefault(name, {}).setdefault(match["split"], ParquetSplit(pattern))
        if split.pattern != pattern:
            raise ValueError(
                f"{folder} holds the split {match['split']!r} of {name} twice: {split.pattern}, {pattern}."
            )
        split.files.append(path)
        metadata = pq.read_metadata(path)
        split.rows += metadata.num_rows
        split.size += path.stat().st_size
        split.uncompressed += sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    if not found:
        raise FileNotFoundError(f"{folder} holds no Parquet file.")
    return dict(sorted(found.items(), key=lambda item: (item[0] != DEFAULT, _by_number(item[0]))))


def _visible(folder: Path, pattern: str) -> Iterator[Path]:
    """Find files as datasets does: not what is hidden, such as what a killed process has left half written."""
    for path in folder.glob(pattern):
        if not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path


def _by_number(name: str) -> list[tuple[int, str]]:
    return [(int(part) if part.isdigit() else -1, part) for part in re.split(r"(\d+)", name)]
