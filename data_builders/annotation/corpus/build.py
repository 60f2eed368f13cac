"""From an annotation store to a corpus on disk, with a report (section 3.1 of the paper)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from os import PathLike
from pathlib import Path

from ...corpus.parquet_shards import ParquetShards
from ...corpus.selection import Record
from ...corpus.statistics import CorpusStatistics
from ...hash_sample import HashSample
from ...rejections import CorpusError
from ..entity_types.type_names import TypeNames
from ..replies.alignment import AlignmentOptions
from ..store.finished_sentence import FinishedSentence
from .report import CorpusBuild, write_report
from .rows import YieldCounts, corpus_rows

REVIEWED_RECORDS = 100
"""How many random records the report shows; the paper's authors reviewed as many."""


def build_corpus(
    sentences: Iterable[FinishedSentence],
    output: str | PathLike[str],
    *,
    alignment: AlignmentOptions | None = None,
    drop_concepts: Iterable[str] = ("concept",),
    types: TypeNames | None = None,
    rows_per_shard: int = 100_000,
    seed: int = 0,
    name: str = "annotation store",
) -> CorpusBuild:
    """Write the corpus of finished sentences: Parquet shards, and a report in HTML and JSON.

    The same sentences and options give the same files, byte for byte. `NuNerCorpus("records", data_files=output)`
    reads them, and so does `datasets.load_dataset(output)`.

    Args:
        sentences: What `AnnotationStore.finished` yields.
        output: A folder.
        alignment: What counts as a match; the exact one only by default.
        drop_concepts: A sentence that carries one of these is dropped (the paper drops `"concept"`).
        types: The types that were asked for, as for `corpus_rows`.
        rows_per_shard: How many rows a file holds at most.
        seed: Chooses the records that the report shows for review.
        name: What the report calls the source.

    Returns:
        The figures; the report shows them.

    Raises:
        CorpusError: If no sentence gives a row with an annotation.

    Example:
        ```python
        >>> import tempfile
        >>> reply = '{"entities": [{"text": "Ada", "concept": "person"}]}'
        >>> sentences = [FinishedSentence("a", "Ada was here.", "en", None, reply, truncated=False)]
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     build = build_corpus(sentences, folder)
        >>> build.statistics.annotations
        1

        ```
    """
    folder = Path(output)
    alignment = alignment or AlignmentOptions()
    drop_concepts = list(drop_concepts)
    counts = YieldCounts()
    sample: HashSample[Record] = HashSample(REVIEWED_RECORDS, seed)
    rows = corpus_rows(sentences, counts, alignment=alignment, drop_concepts=drop_concepts, types=types)
    with ParquetShards(folder, rows_per_shard) as shards:
        statistics = CorpusStatistics.of(_written(rows, shards, sample))
        if not statistics.annotations:
            raise CorpusError(_why_empty(counts, name))
    options = {**asdict(alignment), "drop_concepts": drop_concepts, "rows_per_shard": rows_per_shard, "seed": seed}
    build = CorpusBuild(name, folder, counts, statistics, shards.rows, options, sample.items())
    write_report(build)
    return build


def _written(rows: Iterable[Record], shards: ParquetShards, sample: HashSample[Record]) -> Iterator[Record]:
    """Write and sample the rows while they are counted."""
    for row in rows:
        shards.write(row)
        sample.offer(row["id"], row)
        yield row


def _why_empty(counts: YieldCounts, name: str) -> str:
    if not counts.sentences:
        return f"{name} has no finished sentence; run nuner annotate first."
    reasons = [
        (counts.unreadable_replies.total(), "have a reply that cannot be read"),
        (counts.without_place, "have no entity that stands in the text"),
        (counts.dropped_by_concept, "carry a concept to drop"),
        (counts.kept, "have no entity in their reply"),
    ]
    why = ", ".join(f"{number} {what}" for number, what in reasons if number)
    return f"No annotation is left of {name}: of its {counts.sentences} sentences {why}."
