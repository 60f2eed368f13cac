"""The raw rows of a corpus, wherever they are, with how much of them was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from datasets import load_dataset

from ..files.reading_share import Advance, ReadingShare
from ..files.rows import Row, dataset_rows, file_rows
from ..rejections import Rejections
from .config import NuNerCorpusConfig
from .readers.records import DEFAULT_LANGUAGES, bundled_rows

_ROWS_A_STEP = 1_000

OpenedFiles = tuple[tuple[str, str], ...]
"""Where each file can be opened, and the name the user knows it by."""


@dataclass(frozen=True)
class SourceRows:
    """Reads the rows that a configuration names.

    Args:
        config: The configuration.
        files: Its files, if these are what it is read from.
        streaming: Whether a data set of the Hub is streamed.
        cache_dir: Where `datasets` keeps what it loads from the Hub.
        token: Access token for private data sets.
        advance: Is told what is being read, and which share of it was, as far as that is known.
    """

    config: NuNerCorpusConfig
    files: OpenedFiles
    streaming: bool
    cache_dir: str
    token: str | bool | None
    advance: Advance

    def read(self, rejections: Rejections, stage: str) -> Iterator[Row]:
        """Yield the rows in order.

        Args:
            rejections: Gets what cannot be read.
            stage: What they are read for, as the user is told.
        """
        rows, share = self._rows(rejections)
        for number, row in enumerate(rows):
            if number % _ROWS_A_STEP == 0:
                self.advance(stage, share())
            yield row
        self.advance(stage, 1.0)

    def _rows(self, rejections: Rejections) -> tuple[Iterator[Row], Callable[[], float]]:
        dataset: Any = self.config.dataset
        if self.files:
            share = ReadingShare([path for path, _ in self.files])
            rows = (file_rows(path, rejections, shown_as=name, share=share) for path, name in self.files)
            return chain.from_iterable(rows), share
        if isinstance(dataset, str):
            loaded: Any = load_dataset(
                dataset,
                split=self.config.source_split,
                streaming=self.streaming,
                cache_dir=self.cache_dir,
                token=self.token,
            )
            return dataset_rows(loaded, f"{dataset} ({self.config.source_split})"), lambda: 0.0
        if dataset is not None:
            return dataset_rows(dataset, "dataset"), lambda: 0.0
        return bundled_rows(rejections, self.config.languages or DEFAULT_LANGUAGES), lambda: 0.0
