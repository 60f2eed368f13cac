"""A tiny recognizer whose labels depend on the words, and the pipeline of transformers on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer, BertForTokenClassification, pipeline

LABELS = ["O", "B-city", "I-city", "B-person", "I-person"]


def save_tiny_recognizer(tiny_bert_dir: Path, folder: Path, labels: list[str] | None = None) -> Path:
    """Write a random BERT classifier with lively labels and its tokenizer.

    Args:
        tiny_bert_dir: The fixture's encoder.
        folder: Where to write.
        labels: Names of its labels.

    Returns:
        The folder.
    """
    names = labels or LABELS
    with torch.random.fork_rng():
        torch.manual_seed(1)
        model: Any = BertForTokenClassification.from_pretrained(
            tiny_bert_dir, id2label=dict(enumerate(names)), label2id={name: i for i, name in enumerate(names)}
        )
        # A random head hardly tells words apart; a larger one makes every label occur.
        torch.nn.init.normal_(model.classifier.weight, std=1.0)
        torch.nn.init.zeros_(model.classifier.bias)
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(tiny_bert_dir).save_pretrained(folder)
    return folder


def pipeline_entities(folder: Path, texts: list[str], **options: Any) -> list[list[tuple[int, int, str]]]:
    """What `pipeline("ner", aggregation_strategy="first")` finds, as places and labels."""
    load: Any = pipeline
    ner = load("ner", model=str(folder), aggregation_strategy="first", **options)
    return [[(e["start"], e["end"], e["entity_group"]) for e in found] for found in ner(texts)]


def places(results: list[list[Any]]) -> list[list[tuple[int, int, str]]]:
    """Places and labels of what a recognizer finds."""
    return [[(e["start"], e["end"], e["label"]) for e in found] for found in results]
