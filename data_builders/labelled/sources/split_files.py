"""Which files of a folder are which split."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from ..formats.labelled_file import LabelledFile, data_suffix
from ..formats.table import LABELLED_SUFFIXES, looks_labelled
from .split_names import split_of

# The parts of a split, as the Hub calls them.
_SHARD = re.compile(r"-\d+-of-\d+")
_MOST_SHOWN = 8


def split_files(path: Path) -> dict[str, list[Path]]:
    """Find the labelled files of each split.

    Args:
        path: One file; or a folder with a file a split, called after it (`train.jsonl`, `eng.testa`,
            `en-dev.conll`), or the files of one split that a tool keeps apart.

    Returns:
        The files of `train`, `validation` and `test`, `train` first; also those of other JSON Lines files, each a
        split of its own name. Nothing, if there are none.

    Raises:
        ValueError: If two files stand for one split, or none of several for any.
    """
    if path.is_file():
        return {split_of(path.name) or "train": [path]}
    splits: defaultdict[str, list[Path]] = defaultdict(list)
    others: list[Path] = []
    texts: list[Path] = []
    for file in sorted(path.iterdir()):
        if not _may_be_labelled(file):
            continue
        split = split_of(file.name)
        if split is not None:
            splits[split].append(file)
        elif data_suffix(file) == ".jsonl":
            splits[file.name.partition(".")[0]].append(file)
        elif data_suffix(file) == ".txt":  # notes, unless there is nothing else
            texts.append(file)
        elif data_suffix(file) != ".parquet":  # what datasets reads as it is called on the Hub
            others.append(file)
    for split, files in splits.items():
        if len({_SHARD.sub("", file.name) for file in files}) > 1:
            names = ", ".join(file.name for file in files)
            raise ValueError(f"{path} has several files for the split {split!r}: {names}; leave one of them there")
    if not splits and looks_labelled(LabelledFile(path)):
        return {"train": [path]}
    others = others or texts
    if not splits and len(others) > 1:
        raise ValueError(
            f"{path} has several labelled files, and no name says which split they are (train.jsonl, eng.testa, ...): "
            + listing(path)
        )
    if not splits and others:
        return {"train": others}
    return dict(sorted(splits.items(), key=lambda item: (item[0] != "train", item[0])))


def listing(folder: Path) -> str:
    """Name what is in a folder, for messages."""
    names = sorted(file.name for file in folder.iterdir())
    more = f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
    return (", ".join(names[:_MOST_SHOWN]) + more) or "nothing"


def _may_be_labelled(file: Path) -> bool:
    if file.name.startswith("."):
        return False
    if file.is_dir():
        return split_of(file.name) is not None and looks_labelled(LabelledFile(file))
    suffix = data_suffix(file)
    if suffix == "":  # of files without an end in their names, only those called as splits are
        return split_of(file.name) is not None
    if suffix == ".txt" and file.with_suffix(".ann").exists():  # a text of brat's, read with its annotations
        return False
    return suffix in LABELLED_SUFFIXES
