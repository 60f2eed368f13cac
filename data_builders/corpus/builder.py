"""`NuNerCorpus`: an annotated corpus as a `datasets` builder."""

from __future__ import annotations

import hashlib
import json
import posixpath
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files as package_files
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import Any

import pyarrow as pa
from datasets import (
    ArrowBasedBuilder,
    Dataset,
    DatasetInfo,
    NamedSplit,
    SplitGenerator,
)
from datasets.exceptions import DatasetGenerationError

from ..files.reading_share import Advance, tell_nobody
from ..files.source import resolve_source
from ..files.source_files import DataFiles
from ..rejections import CorpusError, OnError, Rejections
from ..schema import CORPUS_FEATURES, TRAIN, VALIDATION, split_of
from .config import BUNDLED, CORPUS_VERSION, NuNerCorpusConfig
from .readers.numind import read_numind
from .readers.pile_ner import read_pile_ner
from .readers.records import BUNDLED_FILES, read_records
from .refusals import refuse_empty, refuse_unknown_sources
from .report import REPORT_FILENAME, CorpusReport
from .selection import Filters, Record, Selection
from .set_aside import SetAside
from .source_rows import OpenedFiles, SourceRows

_READERS = {
    BUNDLED: read_records,
    "records": read_records,
    "numind": read_numind,
    "pile_ner": read_pile_ner,
}
FILES_THAT_DECIDE_THE_ROWS = (
    "schema.py",
    "surrogates.py",
    "record_error.py",
    "rejections.py",
    "locating.py",
    "type_conversation.py",
    "unspaced_scripts.py",
    "files/text_encoding.py",
    "hash_sample.py",
    "raw_entity.py",
    "files/compression.py",
    "files/reading_share.py",
    "files/rows.py",
    "files/source.py",
    "files/source_files.py",
    "corpus/builder.py",
    "corpus/config.py",
    "corpus/refusals.py",
    "corpus/selection.py",
    "corpus/set_aside.py",
    "corpus/source_rows.py",
    "corpus/readers/conversion.py",
    "corpus/readers/numind.py",
    "corpus/readers/pile_ner.py",
    "corpus/readers/records.py",
)
"""The code that prepared data depends on: a change of it builds anew. Paths within `data_builders`."""

_ROWS_AT_ONCE = 1_000


class NuNerCorpus(ArrowBasedBuilder):
    """A corpus of sentences with LLM-written annotations, in the schema `CORPUS_FEATURES`.

    The builder is called, not named to `load_dataset`: `datasets` no longer runs loading scripts. Sentences
    are divided into `train` and `validation` by a hash of their id (section 3.3 of the paper). The cache is
    keyed by the options, the content of the files and the code that reads them: a change of any builds anew.

    Rows come in the order of the files, and the same options give the same rows. A text that occurs again is
    left out and reported, and so are records and annotations that cannot be used; see `report`.

    Args:
        config_name: `"bundled"` (the corpus that the package carries), `"records"` (files in the corpus
            schema), `"numind"` (the published format of `numind/NuNER`) or `"pile_ner"` (UniversalNER
            conversations).
        data_files: A JSON Lines, JSON or Parquet file (gzip is unpacked), a folder of them, a glob pattern or
            URL, or a list of these. A Hub id such as `"numind/NuNER"` is taken as `dataset`.
        dataset: Instead of files, a Hub id for `datasets.load_dataset`, or a loaded `datasets.Dataset`.
        source_split: Which split of a Hub data set to read; needed when it has several and none is `train`.
        max_concepts: Keep the annotations of the most frequent concepts only (section 5.2), counted after all
            other filters and over both splits. Sentences that lose all annotations stay.
        max_examples: Keep a random sample of so many sentences of both splits together (section 5.3).
        max_annotations: Keep a random sample of so many annotations, drawn after all else was chosen. Sentences
            that lose all of theirs stay.
        seed: Chooses the samples; without `max_examples` and `max_annotations` it has no effect.
        drop_concepts: A sentence that carries one of these concepts is dropped, whatever the case of its
            letters (section 3.1 drops `"concept"`). Pass `()` to keep all.
        lowercase: Lower-case the concept names. Off by default, because names such as `US state` lose by it;
            texts are never altered.
        languages: Keep the sentences of these languages only (ISO 639-1). The bundled corpus has `en`, `es`, `fr`,
            `it`, `nl`, `pl`, `pt` and `ru`, and is English by default; `"all"` stands for all eight. Of other corpora
            all are the default.
        sources: Keep the sentences from these sources only, whatever the case of their letters.
        exclude_sources: Instead, drop the sentences from these.
        on_error: `"skip"` leaves bad records out and reports them; `"raise"` stops at the first one.
        cache_dir: Where to keep the prepared data; the cache of `datasets` by default.
        token: Access token for private data sets on the Hub.
        advance: Is told what is being read, and which share of it was.

    Raises:
        ValueError: If an option makes no sense; while building, if the corpus is empty, no concept is left, or a
            record is bad and `on_error` is `"raise"`.
        FileNotFoundError: If a file is missing.

    Example:
        ```python
        >>> builder = NuNerCorpus("bundled", max_concepts=154)
        >>> builder.download_and_prepare()
        >>> corpus = builder.as_dataset()
        >>> corpus["train"].num_rows, corpus["validation"].num_rows
        (4762, 518)

        ```
    """

    VERSION = CORPUS_VERSION
    BUILDER_CONFIG_CLASS = NuNerCorpusConfig
    BUILDER_CONFIGS = [NuNerCorpusConfig(name=name) for name in _READERS]

    config: NuNerCorpusConfig

    def __init__(
        self,
        config_name: str = "bundled",
        *,
        data_files: DataFiles | None = None,
        dataset: str | Dataset | None = None,
        source_split: str | None = None,
        max_concepts: int | None = None,
        max_examples: int | None = None,
        max_annotations: int | None = None,
        seed: int = 0,
        drop_concepts: Iterable[str] = ("concept",),
        lowercase: bool = False,
        languages: Iterable[str] | None = None,
        sources: Iterable[str] | None = None,
        exclude_sources: Iterable[str] | None = None,
        on_error: OnError = "skip",
        cache_dir: str | PathLike[str] | None = None,
        token: str | bool | None = None,
        advance: Advance = tell_nobody,
    ) -> None:
        if config_name not in _READERS:
            raise ValueError(f"There is no corpus {config_name!r}; choose one of {', '.join(_READERS)}.")
        cache_root = None if cache_dir is None else str(cache_dir)
        source = resolve_source(config_name, data_files, dataset, source_split, cache_root, token)
        self._report: CorpusReport | None = None
        self._advance = advance
        self._aside: SetAside | None = None
        super().__init__(
            cache_dir=cache_root,
            dataset_name="nuner_corpus",
            config_name=config_name,
            hash=_code_digest(),
            token=token,
            data_files=source.files,
            dataset=source.dataset,
            source_split=source.split,
            source_fingerprint=source.fingerprint,
            max_concepts=max_concepts,
            max_examples=max_examples,
            max_annotations=max_annotations,
            seed=seed,
            drop_concepts=drop_concepts,
            lowercase=lowercase,
            languages=languages,
            sources=sources,
            exclude_sources=exclude_sources,
            on_error=on_error,
        )

    def __getstate__(self) -> dict[str, Any]:
        # What shows the progress is a matter of this process.
        return {**super().__getstate__(), "_advance": tell_nobody}

    @property
    def report(self) -> CorpusReport:
        """What the build kept and left out.

        It is stored with the prepared data and read from there when the corpus comes from the cache. Of a
        streamed corpus it is there once the training split has been read to its end.

        Raises:
            FileNotFoundError: If the corpus has not been prepared.
        """
        if self._report is None:
            path = posixpath.join(str(self._output_dir), REPORT_FILENAME)
            if not self._fs.exists(path):
                raise FileNotFoundError("The corpus is not prepared yet; call download_and_prepare() first.")
            with self._fs.open(path, "r", encoding="utf-8") as file:
                self._report = CorpusReport.from_dict(json.load(file))
        return self._report

    def _info(self) -> DatasetInfo:
        return DatasetInfo(
            description="Sentences with the entities that a large language model marked in them.",
            homepage="https://arxiv.org/abs/2402.15343",
            features=CORPUS_FEATURES,
        )

    def _split_generators(self, dl_manager: Any) -> list[SplitGenerator]:
        names = self._file_names()
        files: OpenedFiles = tuple(zip(dl_manager.download(names), names, strict=True)) if names else ()
        streaming = bool(dl_manager.is_streaming)
        # No lists in here: datasets would take them for shards and read them in separate processes, and a
        # sentence that occurs in two of them could not be noticed.
        source = {"files": files, "streaming": streaming}
        selection = self._select(files, streaming)
        return [
            SplitGenerator(name=split, gen_kwargs={**source, "split": split, "selection": selection})
            for split in (TRAIN, VALIDATION)
        ]

    def _generate_tables(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, files: OpenedFiles, streaming: bool, split: str, selection: Selection
    ) -> Iterator[tuple[Any, pa.Table]]:
        if self._aside is not None and split == VALIDATION:
            yield from enumerate(self._aside.tables())
            return
        report = CorpusReport(rejections=Rejections(self.config.on_error))
        records = selection.apply(self._filtered(files, streaming, report, "Reading the corpus"), report.counts)
        for number, some in enumerate(iter(lambda: list(islice(records, _ROWS_AT_ONCE)), [])):
            sides: dict[str, list[Record]] = {TRAIN: [], VALIDATION: []}
            for record in some:
                sides[split_of(record["id"])].append(record)
            if sides[split]:
                yield number, _table(sides[split])
            if self._aside is not None and sides[VALIDATION]:
                self._aside.add(_table(sides[VALIDATION]))
        refuse_empty(report, self.config, self._source_name())
        if split == TRAIN:  # of a stream both splits read all rows: one of them speaks
            report.rejections.warn()
            self._report = report

    def _select(self, files: OpenedFiles, streaming: bool) -> Selection:
        config = self.config
        sources = config.sources or config.exclude_sources
        if sources is not None:
            records = self._records(files, streaming, Rejections(config.on_error), "Looking for the sources")
            refuse_unknown_sources(records, sources, self._source_name())
        return Selection.of(
            lambda: self._filtered(files, streaming),
            max_examples=config.max_examples,
            max_concepts=config.max_concepts,
            max_annotations=config.max_annotations,
            seed=config.seed,
        )

    def _filtered(
        self,
        files: OpenedFiles,
        streaming: bool,
        report: CorpusReport | None = None,
        stage: str = "Choosing from the corpus",
    ) -> Iterator[Record]:
        report = report or CorpusReport(rejections=Rejections(self.config.on_error))
        config = self.config
        filters = Filters(
            drop_concepts=frozenset(config.drop_concepts),
            languages=None if config.languages is None else frozenset(config.languages),
            sources=None if config.sources is None else frozenset(config.sources),
            exclude_sources=frozenset(config.exclude_sources or ()),
            lowercase=config.lowercase,
        )
        return filters.apply(self._records(files, streaming, report.rejections, stage), report.counts)

    def _records(self, files: OpenedFiles, streaming: bool, rejections: Rejections, stage: str) -> Iterator[Record]:
        source = SourceRows(self.config, files, streaming, self._cache_dir_root, self.token, self._advance)
        return _READERS[self.config.name](source.read(rejections, stage), rejections)

    def _source_name(self) -> str:
        if self.config.data_files is not None:
            return ", ".join(self._file_names())
        return self.config.dataset if isinstance(self.config.dataset, str) else self.config.name

    def _file_names(self) -> list[str]:
        return [] if self.config.data_files is None else list(self.config.data_files["train"])

    def _download_and_prepare(self, dl_manager: Any, verification_mode: Any, **prepare_splits_kwargs: Any) -> None:
        folder = str(self._output_dir)
        try:
            # The rows are read once: those of the second split wait until the first is written.
            with SetAside(folder if Path(folder).is_dir() else None) as self._aside:
                super()._download_and_prepare(dl_manager, verification_mode, **prepare_splits_kwargs)
        except DatasetGenerationError as error:
            # datasets hides what went wrong behind its own error; ours are written for the user.
            if isinstance(error.__cause__, (ValueError, OSError)):
                raise error.__cause__ from None
            raise
        finally:
            self._aside = None
        # Still the temporary folder: it becomes the cache folder only when all of it is written.
        with self._fs.open(posixpath.join(str(self._output_dir), REPORT_FILENAME), "w", encoding="utf-8") as file:
            json.dump(self.report.to_dict(), file, ensure_ascii=False, indent=1)

    def _as_dataset(self, split: Any = TRAIN, in_memory: bool = False) -> Dataset:
        known = (self.info.splits or {}).get(str(split))
        if known is not None and known.num_examples == 0:
            # A corpus of a few sentences may have none to validate on; datasets cannot read an empty split.
            nothing = {name: [] for name in CORPUS_FEATURES}
            return Dataset.from_dict(nothing, features=CORPUS_FEATURES, split=NamedSplit(str(split)))
        try:
            return super()._as_dataset(split, in_memory)
        except (OSError, pa.ArrowInvalid) as error:
            raise CorpusError(
                f"The prepared corpus in {self._output_dir} is damaged ({error}): remove that folder, and it is made "
                "again."
            ) from error


def _table(records: list[Record]) -> pa.Table:
    return pa.Table.from_pylist(records, schema=CORPUS_FEATURES.arrow_schema)


@cache
def _code_digest() -> str:
    """Return a digest of everything in this package that decides the rows."""
    room = package_files("nuner.data_builders")
    digest = hashlib.sha256()
    for source in (*FILES_THAT_DECIDE_THE_ROWS, *(f"data/{name}" for name in BUNDLED_FILES.values())):
        digest.update(source.encode("utf-8") + room.joinpath(source).read_bytes())
    return digest.hexdigest()[:16]
