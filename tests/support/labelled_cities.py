"""Sentences about cities in the vocabulary of the tiny BERT."""

from __future__ import annotations

from datasets import ClassLabel, Dataset, Features, List, Value

NAMES = ["O", "B-city", "I-city"]
FEATURES = Features({"tokens": List(Value("string")), "ner_tags": List(ClassLabel(names=NAMES))})


def city_sentences(num: int) -> Dataset:
    """Sentences with one city each."""
    rows = []
    for i in range(num):
        city = ["paris", "london", "berlin"][i % 3]
        words = ["anna", "lives", "in", city, "the", "order"][i % 2 :]
        rows.append({"tokens": words, "ner_tags": [1 if word == city else 0 for word in words]})
    return Dataset.from_list(rows, features=FEATURES)
