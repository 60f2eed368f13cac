"""Choose which records of a corpus are kept, and which of their annotations."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ..hash_sample import HashSample

Record = dict[str, Any]


@dataclass
class KeptCounts:
    """What became of the records that could be read.

    Args:
        dropped_by_language: Sentences in another language than those asked for, or in none that is stated.
        dropped_by_concept: Sentences that carry one of the concepts to drop.
        not_sampled: Sentences that are not among the `max_examples`.
        annotations_cut: Annotations whose concept is not among the `max_concepts`.
        kept: Sentences in the corpus, both splits.
        annotations: Annotations in the corpus, both splits.
    """

    dropped_by_language: int = 0
    dropped_by_concept: int = 0
    not_sampled: int = 0
    annotations_cut: int = 0
    kept: int = 0
    annotations: int = 0


@dataclass(frozen=True)
class Filters:
    """The filters that look at one record alone; all names in them are lower-cased.

    Args:
        drop_concepts: A sentence that carries one of these, in any case, is dropped.
        languages: Languages to keep, or None for all.
        lowercase: Whether concept names are lower-cased.
    """

    drop_concepts: frozenset[str] = frozenset()
    languages: frozenset[str] | None = None
    lowercase: bool = False

    def apply(self, records: Iterable[Record], counts: KeptCounts) -> Iterator[Record]:
        """Yield the records that pass; concept names are lower-cased in place."""
        for record in records:
            if self.languages is not None and (record["language"] or "").lower() not in self.languages:
                counts.dropped_by_language += 1
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
    """

    ids: frozenset[str] | None = field(default=None, repr=False)
    concepts: frozenset[str] | None = field(default=None, repr=False)

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
            counts.kept += 1
            counts.annotations += len(record["entities"])
            yield record


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
