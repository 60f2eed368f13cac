"""The corpus, or the part of one, that a cell learns from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from datasets import DatasetDict

from nuner.data_builders.corpus.builder import NuNerCorpus

from .near_names import or_the_nearest

_BUNDLED = "bundled"

# More of them are counted in the name of a corpus.
_MOST_NAMES = 3


@dataclass(frozen=True)
class CorpusChoice:
    """A corpus and what is kept of it.

    Args:
        source: `"bundled"`, or what `NuNerCorpus` takes as files or as a Hub id.
        format: The name that `NuNerCorpus` has for the format of files.
        options: Its other options, such as `max_concepts`.
        sentences_of: Other corpora; a sample with as many sentences as the smallest of them has is drawn.
        annotations_of: Likewise for the number of annotations, whose sentences all stay.

    Example:
        ```python
        >>> from nuner.trainers.experiments.cells.corpus_choice import CorpusChoice
        >>> small = CorpusChoice(options={"max_examples": 250})
        >>> small.load().num_rows
        {'train': 227, 'validation': 23}
        >>> CorpusChoice(options={"seed": 1}, sentences_of=(small,)).load().num_rows
        {'train': 225, 'validation': 25}

        ```
    """

    source: str | tuple[str, ...] = _BUNDLED
    format: str = "records"
    options: dict[str, Any] | None = None
    sentences_of: tuple[CorpusChoice, ...] = ()
    annotations_of: tuple[CorpusChoice, ...] = ()

    def __str__(self) -> str:
        options = [f"{name} {_shown(value)}" for name, value in (self.options or {}).items()]
        options += [f"as many {what} as others" for what, others in self._sizes.items() if others]
        return f"{self.source} ({', '.join(options)})" if options else str(self.source)

    @cached_property
    def content(self) -> str:
        """What tells the rows from any others: options, content of the files, code that reads them."""
        builder = self._builder()
        sizes = [f"{what} of {[other.content for other in others]}" for what, others in self._sizes.items() if others]
        return " ".join([f"{builder.config_id}-{builder.hash}", *sizes])

    def load(self) -> DatasetDict:
        """Read the corpus: `train` and `validation`."""
        splits: Any = self._prepared().as_dataset()
        return splits

    @property
    def _sizes(self) -> dict[str, tuple[CorpusChoice, ...]]:
        return {"sentences": self.sentences_of, "annotations": self.annotations_of}

    def _prepared(self) -> NuNerCorpus:
        limits = {
            "max_examples": [other._prepared().report.counts.kept for other in self.sentences_of],
            "max_annotations": [other._prepared().report.counts.annotations for other in self.annotations_of],
        }
        builder = self._builder({name: min(sizes) for name, sizes in limits.items() if sizes})
        builder.download_and_prepare()
        return builder

    def _builder(self, limits: Mapping[str, int] | None = None) -> NuNerCorpus:
        files = self.source if isinstance(self.source, str) else list(self.source)
        options = {**(self.options or {}), **(limits or {})}
        if files == _BUNDLED:
            return NuNerCorpus(_BUNDLED, **options)
        try:
            return NuNerCorpus(self.format, data_files=files, **options)
        except FileNotFoundError as error:
            name = files if isinstance(files, str) else next(each for each in files if repr(each) in str(error))
            raise or_the_nearest(error, name, [_BUNDLED]) from error


def _shown(value: Any) -> str:
    """Write an option in few words."""
    if isinstance(value, str) or not isinstance(value, Collection):
        return str(value)
    return f"{len(value)} names" if len(value) > _MOST_NAMES else ", ".join(map(str, value))
