"""What a corpus is read from: files, or a data set that `datasets` loads."""

from __future__ import annotations

import re
from typing import NamedTuple

from datasets import Dataset, get_dataset_split_names, load_dataset_builder
from datasets.data_files import DataFilesDict

from .source_files import DataFiles, resolve_data_files

_HUB_ID = re.compile(r"[\w-][\w.-]*/[\w.-]+")
_DATA_SUFFIXES = (".jsonl", ".ndjson", ".json", ".parquet", ".csv", ".tsv", ".txt", ".gz", ".bz2", ".xz", ".zst")


class Source(NamedTuple):
    """Where the rows are.

    Args:
        files: Data files, or None.
        dataset: A Hub id or a loaded data set, or None.
        split: The split to read where `dataset` is a Hub id.
        fingerprint: Changes when the rows of `dataset` change: its commit on the Hub, or its own fingerprint.
    """

    files: DataFilesDict | None = None
    dataset: str | Dataset | None = None
    split: str | None = None
    fingerprint: str | None = None


def resolve_source(
    config_name: str,
    data_files: DataFiles | None,
    dataset: str | Dataset | None,
    source_split: str | None,
    cache_dir: str | None = None,
    token: str | bool | None = None,
) -> Source:
    """Find what the arguments of `NuNerCorpus` name.

    Args:
        config_name: The configuration, to tell whether it needs a source.
        data_files: Files; a Hub id that is no file is taken as `dataset`.
        dataset: A Hub id, or a loaded data set.
        source_split: The split of the Hub data set to read; may be None if it has one only, or a `train`.
        cache_dir: Where `datasets` keeps what it loads from the Hub.
        token: Access token for private data sets.

    Raises:
        ValueError: If the arguments contradict each other, or there are too few.
        FileNotFoundError: If a file is missing.
    """
    if dataset is not None and not isinstance(dataset, (str, Dataset)):
        raise ValueError(f"dataset is of type {type(dataset).__name__}; pass a Hub id or a datasets.Dataset.")
    if data_files is not None and dataset is not None:
        raise ValueError("Both data_files and dataset are given; pass one of them.")
    if config_name == "bundled":
        if data_files is not None or dataset is not None:
            raise ValueError("The bundled corpus takes no files; use 'records' for files in the corpus schema.")
    elif data_files is None and dataset is None:
        raise ValueError(f"The corpus {config_name!r} needs data_files: a file, a folder or a Hub id.")
    files = None
    if data_files is not None:
        try:
            files = resolve_data_files(data_files)
        except FileNotFoundError:
            if not isinstance(data_files, str) or not looks_like_a_hub_id(data_files):
                raise
            dataset = data_files
    if source_split is not None and not isinstance(dataset, str):
        raise ValueError("source_split chooses a split of a Hub data set, and the corpus is read from none.")
    if isinstance(dataset, str):
        split = _choose_split(dataset, source_split, cache_dir, token)
        builder = load_dataset_builder(dataset, cache_dir=cache_dir, token=token)
        return Source(None, dataset, split, builder.cache_dir)
    return Source(files, dataset, None, None if dataset is None else dataset._fingerprint)


def _choose_split(dataset: str, wanted: str | None, cache_dir: str | None, token: str | bool | None) -> str:
    """Return the wanted split of a Hub data set if there is one; by default the only one, or `train`."""
    splits = get_dataset_split_names(dataset, cache_dir=cache_dir, token=token)
    if wanted in splits:
        return wanted
    if wanted is None and (len(splits) == 1 or "train" in splits):
        return splits[0] if len(splits) == 1 else "train"
    raise ValueError(f"The data set {dataset} has the splits {', '.join(splits)}; choose one with source_split.")


def looks_like_a_hub_id(name: str) -> bool:
    """Tell whether a name has the form of a data set's on the Hub, and not that of a file."""
    return _HUB_ID.fullmatch(name) is not None and not name.endswith(_DATA_SUFFIXES)
