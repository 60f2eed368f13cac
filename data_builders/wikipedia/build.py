"""From a dump of Wikipedia and the types of DBpedia to a corpus on disk (Liu et al., 2021)."""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TextIO

from ..annotation.sentences.filters import SentenceFilters
from ..annotation.sentences.segmentation import DEFAULT_LANGUAGE
from ..corpus.parquet_shards import ParquetShards, corpus_files
from ..corpus.report import REPORT_FILENAME, BuildReport, CorpusReport
from ..corpus.selection import KeptCounts
from ..corpus.statistics import CorpusStatistics
from ..files.compression import unpacked_stream
from ..files.reading_share import Advance, tell_nobody
from ..record_error import RecordError
from ..rejections import CorpusError, Rejections
from .dump import DumpReader, Page
from .entity_types import EntityTypes, resource_types
from .sentences import PageCounts, SentenceReader, is_disambiguation

UNCLOSED_MARKUP = "markup is opened and not closed"

_FAULTS_KEPT = 1000
_LINES_A_STEP = 10_000


@dataclass(frozen=True)
class WikipediaBuild:
    """A corpus that has been built.

    Args:
        counts: What became of the pages.
        statistics: Of the corpus.
        splits: Split -> rows.
        rare_types: Types with too few annotations, with their number, which are not in the corpus.
        rejections: Lines of the types and marks of the wikitext that could not be used; of many the first ones.
    """

    counts: PageCounts
    statistics: CorpusStatistics
    splits: dict[str, int]
    rare_types: dict[str, int]
    rejections: Rejections


def build_wikipedia_corpus(
    dump: str | os.PathLike[str],
    types: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    language: str | None = None,
    filters: SentenceFilters | None = None,
    max_unmarked_names: float = 0.5,
    min_annotations: int = 10,
    rows_per_shard: int = 100_000,
    advance: Advance = tell_nobody,
) -> WikipediaBuild:
    """Write a corpus of Wikipedia's sentences, whose entities are links typed by the ontology of DBpedia.

    The dump is read twice, first for its redirects, in constant memory but for twelve bytes a typed title. All files
    appear together at the end, or none.

    Args:
        dump: `...-pages-articles.xml`, compressed or not.
        types: `instance-types` of DBpedia, N-Triples or Turtle, compressed or not. Of several types of one subject the
            most specific one counts.
        output: A folder.
        language: Language of the text (ISO 639-1); what the dump says, or English, by default.
        filters: Which sentences are left out for their length and letters; those of `SentenceFilters()` by default.
        max_unmarked_names: Leave sentences out where a larger share of the capitalized words is marked as nothing.
        min_annotations: Leave out the types with fewer annotations, and the sentences that have no others.
        rows_per_shard: How many rows a file holds at most.
        advance: Is told how far the work is.

    Returns:
        The figures, which `corpus-report.json` holds, too.

    Raises:
        FileNotFoundError: If a file is missing.
        CorpusError: If the dump is none, or a file is damaged, or nothing is left.
        ValueError: If an option makes no sense.

    Example:
        ```python
        >>> from nuner.data_builders import build_wikipedia_corpus
        >>> build = build_wikipedia_corpus(  # takes hours  # doctest: +SKIP
        ...     "enwiki-latest-pages-articles.xml.bz2", "instance-types_lang=en_specific.ttl.bz2", "wikipedia"
        ... )
        >>> len(build.statistics.concept_counts)  # takes hours  # doctest: +SKIP

        ```
    """
    if not 0 <= max_unmarked_names <= 1:
        raise ValueError(f"max_unmarked_names is {max_unmarked_names}; it is a share, from 0 to 1.")
    if min_annotations < 1:
        raise ValueError(f"min_annotations is {min_annotations}; it must be at least 1.")
    filters = filters or SentenceFilters()
    folder = Path(output)
    for path in (types, dump):  # what is not there is told now, not after an hour
        Path(path).open("rb").close()
    counts, rejections = PageCounts(), Rejections(max_items=_FAULTS_KEPT)
    known = _entity_types(Path(types), rejections, advance)
    if not len(known):
        raise CorpusError(
            f"{os.fspath(types)} gives no article a type: it must hold the instance types of DBpedia, triples "
            "of dbpedia.org/resource, rdf:type and dbpedia.org/ontology"
            + (f"; the first line that does not: {rejections.items[0]}" if len(rejections) else "")
        )
    known.add_redirects(_redirects(Path(dump), advance))
    with corpus_files(folder) as staging, tempfile.TemporaryFile("w+", encoding="utf-8", dir=staging) as all_types:
        concepts: Counter[str] = Counter()
        reader = DumpReader(os.fspath(dump))

        def sentences(pages: Iterable[Page]) -> Iterator[dict[str, Any]]:
            sentence_reader: SentenceReader | None = None
            for page in pages:
                if sentence_reader is None:  # the dump has told about itself by now
                    sentence_reader = SentenceReader(
                        known,
                        language=language or (reader.language or DEFAULT_LANGUAGE).partition("-")[0],
                        source=reader.site,
                        namespaces=reader.namespaces,
                        filters=filters,
                        max_unmarked_names=max_unmarked_names,
                        counts=counts,
                    )
                yield from _of_page(page, sentence_reader, reader.name, rejections)

        with _opened(Path(dump), "Reading articles", advance) as file:
            for row in sentences(reader.pages(file)):
                concepts.update(entity["concept"] for entity in row["entities"])
                all_types.write(json.dumps(row) + "\n")
        counts.other_pages = reader.other_pages
        rare = {kind: number for kind, number in concepts.most_common() if number < min_annotations}
        with ParquetShards(staging, rows_per_shard) as shards:
            statistics = CorpusStatistics.of(_written(_frequent(all_types, rare), shards))
        if not statistics.annotations:
            raise CorpusError(_why_empty(os.fspath(dump), counts, concepts, min_annotations))
        options = {
            "types": os.fspath(types),
            "language": language,
            **vars(filters),
            "max_unmarked_names": max_unmarked_names,
            "min_annotations": min_annotations,
            "rows_per_shard": rows_per_shard,
        }
        BuildReport(
            corpus=Path(dump).name,
            options=options,
            splits=shards.rows,
            report=CorpusReport(
                KeptCounts(kept=sum(shards.rows.values()), annotations=statistics.annotations), rejections
            ),
            yields={**counts.to_dict(), "rare_types": rare},
            statistics=statistics.to_dict(),
        ).write(staging / REPORT_FILENAME)
    return WikipediaBuild(counts, statistics, shards.rows, rare, rejections)


@contextmanager
def _opened(path: Path, stage: str, advance: Advance) -> Iterator[IO[bytes]]:
    """Open a file, unpacked, and tell how far it was read."""
    size = max(1, path.stat().st_size)
    with path.open("rb") as packed:
        advance(stage, 0.0)
        with closing(unpacked_stream(packed)) as file:
            yield _Watched(file, lambda: advance(stage, packed.tell() / size))  # pyright: ignore[reportReturnType]
        advance(stage, 1.0)


class _Watched:
    """A file that tells whenever something was read from it."""

    def __init__(self, file: IO[bytes], tell: Callable[[], None]) -> None:
        self._file, self._tell = file, tell

    def read(self, size: int = -1) -> bytes:
        self._tell()
        return self._file.read(size)

    def __iter__(self) -> Iterator[bytes]:
        for number, line in enumerate(self._file):
            if number % _LINES_A_STEP == 0:
                self._tell()
            yield line


def _entity_types(path: Path, rejections: Rejections, advance: Advance) -> EntityTypes:
    # They are read twice; what is wrong is noted once.
    notes = iter([rejections, Rejections(max_items=0)])
    stages = iter(["Counting types", "Reading types"])

    def read() -> Iterator[tuple[str, str]]:
        with _opened(path, next(stages), advance) as file:
            yield from resource_types(file, os.fspath(path), next(notes))

    return EntityTypes.of(read)


def _redirects(path: Path, advance: Advance) -> Iterator[tuple[str, str]]:
    with _opened(path, "Reading redirects", advance) as file:
        for page in DumpReader(os.fspath(path), texts=False).pages(file):
            if page.redirect:
                yield page.title, page.redirect


def _of_page(page: Page, reader: SentenceReader, name: str, rejections: Rejections) -> list[dict[str, Any]]:
    counts = reader.counts
    if page.redirect is not None:
        counts.redirects += 1
        return []
    if is_disambiguation(page):
        counts.disambiguations += 1
        return []
    counts.articles += 1
    text, records = reader.read(page)
    if text.unclosed:
        counts.unclosed_markup += text.unclosed
        detail = ", ".join(f"{mark} {number} times" for mark, number in sorted(text.unclosed.items()))
        rejections.add(name, page.line, RecordError(UNCLOSED_MARKUP, f"{page.title}: {detail}"), part="annotation")
    return records


def _frequent(rows: TextIO, rare: dict[str, int]) -> Iterator[dict[str, Any]]:
    """Read rows again, without the annotations of rare types, and without the rows that have no others."""
    rows.seek(0)
    for row in map(json.loads, rows):
        row["entities"] = [entity for entity in row["entities"] if entity["concept"] not in rare]
        if row["entities"]:
            yield row


def _written(rows: Iterable[dict[str, Any]], shards: ParquetShards) -> Iterator[dict[str, Any]]:
    for row in rows:
        shards.write(row)
        yield row


def _why_empty(dump: str, counts: PageCounts, concepts: Counter[str], min_annotations: int) -> str:
    if not counts.articles:
        return (
            f"{dump} holds no article: {counts.redirects:,} redirects, {counts.disambiguations:,} disambiguations, "
            f"{counts.other_pages:,} other pages."
        )
    if concepts:
        return (
            f"No annotation is left of {dump}: none of its {len(concepts):,} types has {min_annotations:,} "
            "annotations; lower min_annotations."
        )
    if counts.sentences:
        reasons = ", ".join(f"{reason}: {number:,}" for reason, number in counts.left_out.most_common())
        return f"No sentence is left of {dump}: {reasons}."
    return (
        f"Nothing is marked in the {counts.articles:,} articles of {dump}: of {counts.links:,} links none leads to an "
        "article with a type. Are the types those of this language?"
    )
