"""Write a corpus of any size as Parquet shards, a row at a time."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import TracebackType
from typing import Any

from ..schema import CORPUS_FEATURES, TRAIN, VALIDATION, split_of

_ROWS_AT_ONCE = 5_000


class ParquetShards:
    """The files `<split>-<number>-of-<count>.parquet` of a corpus, at constant memory.

    Each row goes to its split. The files appear together when all are complete, in place of those of an earlier
    corpus; after an error none do. The same rows give the same bytes.

    Args:
        folder: Where the files go.
        rows_per_shard: How many rows a file holds at most.

    Example:
        ```python
        >>> with ParquetShards("corpus") as shards:
        ...     for row in rows:
        ...         shards.write(row)
        >>> shards.rows
        {'train': 900, 'validation': 100}

        ```
    """

    def __init__(self, folder: Path, rows_per_shard: int = 100_000) -> None:
        if rows_per_shard < 1:
            raise ValueError(f"rows_per_shard is {rows_per_shard}; it must be at least 1.")
        self._folder = folder
        self._unfinished = folder / ".incomplete"
        self._splits = {name: _SplitWriter(name, self._unfinished, rows_per_shard) for name in (TRAIN, VALIDATION)}

    @property
    def rows(self) -> dict[str, int]:
        """Number of rows of each split so far."""
        return {name: split.rows for name, split in self._splits.items()}

    def write(self, row: dict[str, Any]) -> None:
        """Write a row of `CORPUS_FEATURES`."""
        self._splits[split_of(row["id"])].write(row)

    def __enter__(self) -> ParquetShards:
        shutil.rmtree(self._unfinished, ignore_errors=True)  # what a killed run has left
        self._unfinished.mkdir(parents=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            files = {name: split.close() for name, split in self._splits.items()}
            if kind is None:
                self._put_in_place(files)
        finally:
            shutil.rmtree(self._unfinished, ignore_errors=True)

    def _put_in_place(self, files: dict[str, list[Path]]) -> None:
        for split, shards in files.items():
            for old in self._folder.glob(f"{split}-*-of-*.parquet"):
                old.unlink()
            for number, shard in enumerate(shards):
                shard.rename(self._folder / f"{split}-{number:05d}-of-{len(shards):05d}.parquet")


class _SplitWriter:
    """The shards of one split."""

    def __init__(self, name: str, folder: Path, rows_per_shard: int) -> None:
        self.rows = 0
        self._name = name
        self._folder = folder
        self._rows_per_shard = rows_per_shard
        self._files: list[Path] = []
        self._writer: Any = None
        self._waiting: list[dict[str, Any]] = []

    def write(self, row: dict[str, Any]) -> None:
        self._waiting.append(row)
        self.rows += 1
        if self.rows % self._rows_per_shard == 0:
            self.close()
        elif len(self._waiting) == _ROWS_AT_ONCE:
            self._flush()

    def close(self) -> list[Path]:
        """Finish the last shard and return all of them."""
        self._flush()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        return self._files

    def _flush(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        if not self._waiting:
            return
        schema = CORPUS_FEATURES.arrow_schema
        if self._writer is None:
            self._files.append(self._folder / f"{self._name}-{len(self._files):05d}.parquet")
            self._writer = pq.ParquetWriter(self._files[-1], schema)
        self._writer.write_table(pa.Table.from_pylist(self._waiting, schema=schema))
        self._waiting.clear()
