"""A corpus as the Hub keeps it: Parquet shards, a folder for each configuration."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from datasets import Dataset, DatasetDict
from datasets.utils.py_utils import convert_file_size_to_int

from nuner.data_builders.corpus.statistics import TOP_SIZES, CorpusStatistics
from nuner.data_builders.files.whole_files import whole_files
from nuner.data_builders.schema import CORPUS_FEATURES

from ..facts.parquet_configurations import DEFAULT, parquet_configurations

MAX_SHARD_SIZE = "100MB"

# The corpus by split; a DatasetDict names its splits in a type of its own.
Splits = Mapping[str, Dataset] | DatasetDict


def statistics_of(splits: Splits) -> CorpusStatistics:
    """Count a corpus, all splits together.

    Args:
        splits: The corpus, in the schema `CORPUS_FEATURES`.

    Returns:
        Its counts.
    """
    return CorpusStatistics.of(DatasetDict(cast(Any, splits)))


def corpus_configurations(splits: Splits, statistics: CorpusStatistics) -> Iterator[tuple[str, dict[str, Dataset]]]:
    """Make the configurations of a corpus, as `datasets.load_dataset(id, name)` takes them.

    `default` is the corpus; `top-4`, `top-16`, `top-154` and `top-1500` keep the annotations of the most frequent
    concepts only, counted over all splits (section 5.2: sentences that lose all annotations stay); `en`, `fr`, ...
    keep the sentences of one language. Those that would equal `default` are left out.

    Args:
        splits: The corpus, in the schema `CORPUS_FEATURES`.
        statistics: Its counts.

    Yields:
        Name and splits of a configuration. Splits without a row are left out.
    """
    filled = {str(name): rows for name, rows in splits.items() if len(rows)}
    yield DEFAULT, filled
    for size in TOP_SIZES:
        if size < statistics.unique_concepts:
            concepts = frozenset(statistics.most_frequent(size))
            yield f"top-{size}", {name: _with_concepts(rows, concepts) for name, rows in filled.items()}
    languages_of_rows = {name: rows["language"][:] for name, rows in filled.items()}
    languages = sorted({language for column in languages_of_rows.values() for language in column if language})
    if len(languages) < 2 and not any(None in column for column in languages_of_rows.values()):
        return
    for language in languages:
        selected = {
            name: rows.select([row for row, its in enumerate(languages_of_rows[name]) if its == language])
            for name, rows in filled.items()
        }
        yield language, {name: rows for name, rows in selected.items() if len(rows)}


def write_corpus(
    splits: Splits,
    folder: str | os.PathLike[str],
    max_shard_size: int | str = MAX_SHARD_SIZE,
    statistics: CorpusStatistics | None = None,
) -> list[str]:
    """Write all configurations of a corpus as Parquet, `folder/<configuration>/<split>-00000-of-00001.parquet`.

    The same rows give the same bytes, so that what arrived on the Hub once need not be sent again.

    Args:
        splits: The corpus, in the schema `CORPUS_FEATURES`.
        folder: Where to write; it holds all new files or none.
        max_shard_size: Size of a shard before compression, in bytes or such as `"100MB"`.
        statistics: The corpus's counts, where they are known already.

    Returns:
        Names of the configurations.

    Raises:
        ValueError: If there is no sentence, or a split has other columns.

    Example:
        ```python
        >>> from nuner.hub_cards import write_corpus
        >>> write_corpus(corpus, "corpus-for-the-hub")  # the corpus is yours  # doctest: +SKIP
        ['default', 'top-4', 'top-16', 'top-154', 'top-1500']

        ```
    """
    limit = convert_file_size_to_int(max_shard_size)
    for name, rows in splits.items():
        if set(rows.column_names) != set(CORPUS_FEATURES):
            raise ValueError(
                f"The split {name!r} is not in the corpus schema: it has the columns {', '.join(rows.column_names)}, "
                f"not {', '.join(CORPUS_FEATURES)}."
            )
    if not any(map(len, splits.values())):
        raise ValueError("The corpus has no sentence.")
    names = []
    with whole_files(folder) as staging:
        for name, configuration in corpus_configurations(splits, statistics or statistics_of(splits)):
            for split, rows in configuration.items():
                _write_shards(rows, staging / name, split, limit)
            names.append(name)
    return names


def read_built_corpus(folder: str | os.PathLike[str]) -> dict[str, Dataset]:
    """Read a corpus from Parquet files as `nuner corpus build` writes them, or its configuration `default`.

    Args:
        folder: Where it lies.

    Returns:
        Its splits.

    Raises:
        FileNotFoundError: If there is no Parquet file.
    """
    splits = parquet_configurations(folder).get(DEFAULT)
    if splits is None:
        raise FileNotFoundError(f"{folder} has no configuration {DEFAULT!r}.")
    return {
        name: cast(Dataset, Dataset.from_parquet(cast(Any, [os.fspath(path) for path in split.files])))
        for name, split in splits.items()
    }


def _with_concepts(rows: Dataset, concepts: frozenset[str]) -> Dataset:
    def cut(entities: list[dict[str, Any]]) -> dict[str, Any]:
        return {"entities": [entity for entity in entities if entity["concept"] in concepts]}

    return rows.map(cut, input_columns="entities", features=rows.features)


def _write_shards(rows: Dataset, folder: Path, split: str, limit: int) -> None:
    size = rows.data.nbytes * len(rows) / max(1, rows.data.num_rows)
    shards = min(len(rows), int(size // limit) + 1)
    folder.mkdir(parents=True, exist_ok=True)
    for shard in range(shards):
        path = folder / f"{split}-{shard:05d}-of-{shards:05d}.parquet"
        rows.shard(shards, shard, contiguous=True).cast(CORPUS_FEATURES).to_parquet(path)
