"""Count what a corpus holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from datasets import Dataset, DatasetDict, IterableDataset, IterableDatasetDict

from .concept_counts import arrow_tables, entity_field, list_column

TOP_SIZES = (4, 16, 154, 1500)
"""Numbers of concepts whose share is stated; in the paper's corpus they carry 12.5, 25, 50 and 75%."""

_MOST_FREQUENT = 20

Records = Dataset | DatasetDict | IterableDataset | IterableDatasetDict | Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class CorpusStatistics:
    """The size of a corpus and the distribution of its concepts (section 3.1 of the paper).

    Args:
        sentences: Number of rows.
        sentences_without_annotations: Rows that have no entity.
        words: Number of pieces between white space.
        concept_counts: Annotations of each concept, the most frequent first, equal ones by name.
        language_counts: Sentences in each language, in the same order; those that state none are not counted.
        source_counts: Sentences from each source, likewise.

    Example:
        ```python
        >>> entity = {"start": 0, "end": 3, "text": "Ada", "concept": "person"}
        >>> CorpusStatistics.of([{"text": "Ada was here.", "entities": [entity]}]).annotations
        1

        ```
    """

    sentences: int
    sentences_without_annotations: int
    words: int
    concept_counts: dict[str, int]
    language_counts: dict[str, int] = field(default_factory=dict)
    source_counts: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, records: Records) -> CorpusStatistics:
        """Count a corpus.

        Args:
            records: Rows in the corpus schema; of a dictionary of splits, all splits together.
        """
        sentences = bare = words = 0
        concepts: Counter[str] = Counter()
        languages: Counter[str | None] = Counter()
        sources: Counter[str | None] = Counter()
        for piece in _pieces(records):
            sentences += len(piece.texts)
            bare += piece.bare
            words += sum(len(text.split()) for text in piece.texts)
            concepts.update(piece.concepts)
            languages.update(piece.languages)
            sources.update(piece.sources)
        return cls(sentences, bare, words, _in_order(concepts), _in_order(languages), _in_order(sources))

    @property
    def annotations(self) -> int:
        """Number of annotations."""
        return sum(self.concept_counts.values())

    @property
    def unique_concepts(self) -> int:
        """Number of different concepts."""
        return len(self.concept_counts)

    @property
    def concepts_seen_once(self) -> int:
        """Number of concepts with a single annotation."""
        return sum(count == 1 for count in self.concept_counts.values())

    def top_share(self, size: int) -> float:
        """Return the share (0 to 1) of the annotations that the `size` most frequent concepts carry."""
        if not self.annotations:
            return 0.0
        return sum(list(self.concept_counts.values())[:size]) / self.annotations

    def most_frequent(self, size: int = _MOST_FREQUENT) -> dict[str, int]:
        """Return the most frequent concepts and their numbers of annotations."""
        return dict(list(self.concept_counts.items())[:size])

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain values, for JSON; of the concepts, the most frequent ones only."""
        return {
            "sentences": self.sentences,
            "sentences_without_annotations": self.sentences_without_annotations,
            "words": self.words,
            "annotations": self.annotations,
            "unique_concepts": self.unique_concepts,
            "concepts_seen_once": self.concepts_seen_once,
            "top_shares": {str(size): self.top_share(size) for size in TOP_SIZES},
            "most_frequent": self.most_frequent(),
        }


def _in_order(counts: Mapping[str | None, int] | Mapping[str, int]) -> dict[str, int]:
    stated = [(name, count) for name, count in counts.items() if name is not None]
    return dict(sorted(stated, key=lambda item: (-item[1], item[0])))


class _Piece(NamedTuple):
    """Some rows, column by column."""

    texts: Sequence[str]
    bare: int
    concepts: Sequence[str]
    languages: Sequence[str | None]
    sources: Sequence[str | None]


def _pieces(records: Records) -> Iterator[_Piece]:
    splits = records.values() if isinstance(records, (DatasetDict, IterableDatasetDict)) else [records]
    for split in splits:
        if isinstance(split, Dataset):
            yield from _pieces_of_tables(split)
            continue
        for record in cast(Iterable[Mapping[str, Any]], split):
            entities = record["entities"]
            concepts = [entity["concept"] for entity in entities]
            yield _Piece([record["text"]], not entities, concepts, [record.get("language")], [record.get("source")])


def _pieces_of_tables(rows: Dataset) -> Iterator[_Piece]:
    columns = [name for name in ("text", "entities", "language", "source") if name in rows.column_names]
    for table in arrow_tables(rows, columns):
        none = [None] * len(table)
        yield _Piece(
            table["text"].to_pylist(),
            int((list_column(table, "entities").value_lengths().to_numpy() == 0).sum()),
            entity_field(table, "concept").to_pylist(),
            *(table[name].to_pylist() if name in columns else none for name in ("language", "source")),
        )
