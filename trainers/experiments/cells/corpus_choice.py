"""The corpus, or the part of one, that a cell learns from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from datasets import DatasetDict

from nuner.data_builders.corpus.builder import NuNerCorpus


@dataclass(frozen=True)
class CorpusChoice:
    """A corpus and what is kept of it.

    Args:
        source: `"bundled"`, or what `NuNerCorpus` takes as files or as a Hub id.
        format: The name that `NuNerCorpus` has for the format of files.
        options: Its other options, such as `max_concepts`.

    Example:
        ```python
        >>> from nuner.trainers.experiments.cells.corpus_choice import CorpusChoice
        >>> CorpusChoice(options={"max_examples": 250}).load().num_rows
        {'train': 227, 'validation': 23}

        ```
    """

    source: str | tuple[str, ...] = "bundled"
    format: str = "records"
    options: dict[str, Any] | None = None

    def __str__(self) -> str:
        options = ", ".join(f"{name} {value}" for name, value in (self.options or {}).items())
        return f"{self.source} ({options})" if options else str(self.source)

    def _builder(self) -> NuNerCorpus:
        files = self.source if isinstance(self.source, str) else list(self.source)
        named = {} if self.source == "bundled" else {"data_files": files}
        return NuNerCorpus("bundled" if self.source == "bundled" else self.format, **named, **(self.options or {}))

    @cached_property
    def content(self) -> str:
        """What tells the rows from any others: options, content of the files, code that reads them."""
        builder = self._builder()
        return f"{builder.config_id}-{builder.hash}"

    def load(self) -> DatasetDict:
        """Read the corpus: `train` and `validation`."""
        builder = self._builder()
        builder.download_and_prepare()
        splits: Any = builder.as_dataset()
        return splits
