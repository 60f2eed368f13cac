"""Write a corpus of any size as Parquet shards, a row at a time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from ..files.whole_files import whole_files
from ..schema import CORPUS_FEATURES, TRAIN, VALIDATION, split_of

_ROWS_AT_ONCE = 5_000
# Where earlier versions wrote, in the corpus's folder; a run that was killed has left it there.
_EARLIER_STAGING = ".incomplete"


@contextmanager
def corpus_files(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """Write the files of a corpus, as `whole_files` does, in place of the shards of an earlier corpus.

    Args:
        folder: Where the files shall be. What else lies there stays.

    Yields:
        A folder to write to.
    """
    folder = Path(folder)
    with whole_files(folder) as staging:
        yield staging
        new = {path.name for path in staging.iterdir()}
    for split in (TRAIN, VALIDATION):
        for shard in folder.glob(f"{split}-*-of-*.parquet"):
            if shard.name not in new:
                shard.unlink()


class ParquetShards:
    """The files `<split>-<number>-of-<count>.parquet` of a corpus, at constant memory.

    Each row goes to its split. The files appear together when all are complete, in place of those of an earlier
    corpus; after an error none do. The same rows give the same bytes.

    Args:
        folder: Where the files go.
        rows_per_shard: How many rows a file holds at most.

    Example:
        ```python
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with ParquetShards(folder) as shards:
        ...         for id in ("a", "b", "d"):
        ...             shards.write({"id": id, "text": "Ada was here.", "entities": []})
        ...     sorted(path.name for path in Path(folder).iterdir())
        ['train-00000-of-00001.parquet', 'validation-00000-of-00001.parquet']
        >>> shards.rows
        {'train': 2, 'validation': 1}

        ```
    """

    def __init__(self, folder: str | os.PathLike[str], rows_per_shard: int = 100_000) -> None:
        if rows_per_shard < 1:
            raise ValueError(f"rows_per_shard is {rows_per_shard}; it must be at least 1.")
        self._folder = Path(folder)
        self._staging = corpus_files(self._folder)
        self._rows_per_shard = rows_per_shard
        self._splits: dict[str, _SplitWriter] = {}

    @property
    def rows(self) -> dict[str, int]:
        """Number of rows of each split so far."""
        return {name: split.rows for name, split in self._splits.items()}

    def write(self, row: dict[str, Any]) -> None:
        """Write a row of `CORPUS_FEATURES`."""
        self._splits[split_of(row["id"])].write(row)

    def __enter__(self) -> ParquetShards:
        shutil.rmtree(self._folder / _EARLIER_STAGING, ignore_errors=True)
        folder = self._staging.__enter__()
        self._splits = {name: _SplitWriter(name, folder, self._rows_per_shard) for name in (TRAIN, VALIDATION)}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with ExitStack() as staging:
            staging.push(self._staging)
            for split in self._splits.values():
                split.finish()
            if error is not None:
                raise error


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
            self._close()
        elif len(self._waiting) == _ROWS_AT_ONCE:
            self._flush()

    def finish(self) -> None:
        """Finish the last shard, and give all of them their names, now that their number is known."""
        self._close()
        for number, file in enumerate(self._files):
            file.rename(self._folder / f"{self._name}-{number:05d}-of-{len(self._files):05d}.parquet")

    def _close(self) -> None:
        self._flush()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

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
