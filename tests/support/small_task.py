"""A small few-shot task in the vocabulary of the tiny BERT."""

from __future__ import annotations

from datasets import ClassLabel, Dataset, DatasetDict, Features, List, Value

NAMES = ["O", "B-person", "I-person", "B-place", "I-place"]
FEATURES = Features({"tokens": List(Value("string")), "ner_tags": List(ClassLabel(names=NAMES))})


def small_task(train: int = 40, test: int = 30) -> DatasetDict:
    """Make a task in which the words tell the types."""
    people, places = ["acme", "xyz", "monday"], ["paris", "london", "berlin"]

    def rows(n, start):
        some = range(start, start + n)
        return {
            "tokens": [[people[i % 3], "visited", "the", places[(i // 2) % 3], str(i)] for i in some],
            "ner_tags": [[1, 0, 0, 3, 4] for _ in some],
        }

    return DatasetDict(
        {
            "train": Dataset.from_dict(rows(train, 0), features=FEATURES),
            "test": Dataset.from_dict(rows(test, train), features=FEATURES),
        }
    )
