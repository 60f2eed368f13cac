"""Sentences to measure a tiny recognizer on: with a type that it does not know, and with text that looks like HTML."""

from __future__ import annotations

from datasets import Dataset

from nuner import load_labelled

SENTENCES = [
    (["acme", "visited", "<script>alert(1)</script>", "paris"], ["B-person", "O", "B-city", "I-city"]),
    (["the", "order", "of", "london", "&", "berlin"], ["O", "O", "O", "B-city", "O", "B-drug"]),
    (["monday"], ["O"]),
]


def labelled(sentences: list[tuple[list[str], list[str]]]) -> Dataset:
    """Make a data set of words and their tags."""
    rows = Dataset.from_dict({"tokens": [t for t, _ in sentences], "ner_tags": [t for _, t in sentences]})
    return load_labelled(rows, "train")
