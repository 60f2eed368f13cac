"""Choose which records of a corpus are kept, and which of their annotations.

In this order, each step on what those before it have left: `Filters` drop sentences by language, source and concept; a
random sample of the sentences is drawn; the most frequent concepts of these are kept (section 5.2); a random sample of
their annotations is drawn.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ..hash_sample import HashSample
from ..schema import normalize_concept

Record = dict[str, Any]
Place = tuple[str, int]
"""Of an annotation: the id of its sentence, and its number among the entities there that are left."""


@dataclass
class KeptCounts:
    """What became of the records that could be read.

    Args:
        dropped_by_language: Sentences in another language than those asked for, or in none that is stated.
        dropped_by_source: Sentences from a source that is excluded, or not among those asked for.
        dropped_by_concept: Sentences that carry one of the concepts to drop.
        not_sampled: Sentences that are not among the `max_examples`.
        annotations_cut: Annotations whose concept is not among the `max_concepts`.
        annotations_not_sampled: Annotations that are not among the `max_annotations`.
        kept: Sentences in the corpus, both splits.
        annotations: Annotations in the corpus, both splits.
    """

    dropped_by_language: int = 0
    dropped_by_source: int = 0
    dropped_by_concept: int = 0
    not_sampled: int = 0
    annotations_cut: int = 0
    annotations_not_sampled: int = 0
    kept: int = 0
    annotations: int = 0


@dataclass(frozen=True)
class Filters:
    """The filters that look at one record alone; all names in them are as `folded` returns them.

    Args:
        drop_concepts: A sentence that carries one of these, in any case, is dropped.
        languages: Languages to keep, or None for all.
        sources: Sources to keep, or None for all.
        exclude_sources: Sources to drop.
        lowercase: Whether concept names are lower-cased.
    """

    drop_concepts: frozenset[str] = frozenset()
    languages: frozenset[str] | None = None
    sources: frozenset[str] | None = None
    exclude_sources: frozenset[str] = frozenset()
    lowercase: bool = False

    def apply(self, records: Iterable[Record], counts: KeptCounts) -> Iterator[Record]:
        """Yield the records that pass; concept names are lower-cased in place."""
        for record in records:
            if self.languages is not None and (record["language"] or "").lower() not in self.languages:
                counts.dropped_by_language += 1
                continue
            source = folded(record["source"] or "")
            if source in self.exclude_sources or (self.sources is not None and source not in self.sources):
                counts.dropped_by_source += 1
                continue
            if any(entity["concept"].lower() in self.drop_concepts for entity in record["entities"]):
                counts.dropped_by_concept += 1
                continue
            if self.lowercase:
                for entity in record["entities"]:
                    entity["concept"] = entity["concept"].lower()
            yield record


@dataclass(frozen=True)
class Selection:
    """The part of the filtered records that is kept; None stands for all.

    Args:
        ids: Ids of the sentences.
        concepts: Concepts whose annotations are kept. A sentence that loses all of its annotations stays: to
            the model it is a sentence in which the annotator saw nothing (section 5.2).
        annotations: Those that are kept, by their place among the annotations with one of the concepts. Here, too,
            sentences stay.
    """

    ids: frozenset[str] | None = field(default=None, repr=False)
    concepts: frozenset[str] | None = field(default=None, repr=False)
    annotations: frozenset[Place] | None = field(default=None, repr=False)

    @classmethod
    def of(
        cls,
        read: Callable[[], Iterable[Record]],
        *,
        max_examples: int | None,
        max_concepts: int | None,
        max_annotations: int | None,
        seed: int,
    ) -> Selection:
        """Choose from records, which are read once for each number that is given.

        Args:
            read: Returns the filtered records anew.
            max_examples: How many sentences to draw.
            max_concepts: How many of the concepts of these to keep, the most frequent ones.
            max_annotations: How many of the annotations with these concepts to draw.
            seed: Another seed draws others.
        """
        selection = cls()
        if max_examples is not None:
            selection = replace(selection, ids=sample_ids(read(), max_examples, seed))
        if max_concepts is not None:
            concepts = top_concepts(selection.apply(read(), KeptCounts()), max_concepts)
            selection = replace(selection, concepts=concepts)
        if max_annotations is not None:
            annotations = sample_annotations(selection.apply(read(), KeptCounts()), max_annotations, seed)
            selection = replace(selection, annotations=annotations)
        return selection

    def apply(self, records: Iterable[Record], counts: KeptCounts) -> Iterator[Record]:
        """Yield the selected records; annotations are cut in place."""
        for record in records:
            if self.ids is not None and record["id"] not in self.ids:
                counts.not_sampled += 1
                continue
            if self.concepts is not None:
                entities = [entity for entity in record["entities"] if entity["concept"] in self.concepts]
                counts.annotations_cut += len(record["entities"]) - len(entities)
                record["entities"] = entities
            if self.annotations is not None:
                entities = [entity for place, entity in _places(record) if place in self.annotations]
                counts.annotations_not_sampled += len(record["entities"]) - len(entities)
                record["entities"] = entities
            counts.kept += 1
            counts.annotations += len(record["entities"])
            yield record


def folded(name: str) -> str:
    """Return the form in which names of languages, sources and concepts to drop are compared."""
    return normalize_concept(name).lower()


def sample_ids(records: Iterable[Record], max_examples: int, seed: int) -> frozenset[str]:
    """Draw sentences at random and return their ids (section 5.3).

    Those with the smallest hash of seed and id are drawn. So a smaller sample of the same seed lies within a
    larger one, and a sample does not depend on the order of the files.

    Args:
        records: The records to draw from.
        max_examples: How many to draw; all when there are fewer.
        seed: Another seed draws others.
    """
    sample: HashSample[str] = HashSample(max_examples, seed)
    for record in records:
        sample.offer(record["id"], record["id"])
    return frozenset(sample.items())


def top_concepts(records: Iterable[Record], max_concepts: int) -> frozenset[str]:
    """Return the concepts with the most annotations (section 5.2); equally frequent ones go by name."""
    counts = Counter(entity["concept"] for record in records for entity in record["entities"])
    return frozenset(heapq.nsmallest(max_concepts, counts, key=lambda concept: (-counts[concept], concept)))


def sample_annotations(records: Iterable[Record], max_annotations: int, seed: int) -> frozenset[Place]:
    """Draw annotations at random and return their places, as `sample_ids` draws sentences.

    Args:
        records: The records to draw from, with the annotations that may be drawn.
        max_annotations: How many to draw; all when there are fewer.
        seed: Another seed draws others.
    """
    sample: HashSample[Place] = HashSample(max_annotations, seed)
    for record in records:
        for place, _ in _places(record):
            sample.offer("{}:{}".format(*place), place)
    return frozenset(sample.items())


def _places(record: Record) -> Iterator[tuple[Place, dict[str, Any]]]:
    for number, entity in enumerate(record["entities"]):
        yield (record["id"], number), entity
