"""Saved models of each kind, as small as can be, and facts about them."""

from __future__ import annotations

import re
from pathlib import Path

from transformers import AutoTokenizer

from nuner import NuNerForPreTraining, NuNerForTokenClassification, export_backbone, save_recognizer
from nuner.hub_cards import Source, TrainingData, TrainingFacts

LABELS = ["O", "B-city", "I-city", "B-company", "I-company"]


def save_small_model(kind: str, encoder: Path, folder: Path) -> Path:
    """Write a model: `bi-encoder`, `backbone`, `recognizer`, or `two-layer`, a recognizer that brings its code."""
    tokenizer = AutoTokenizer.from_pretrained(encoder)
    if kind in ("recognizer", "two-layer"):
        layers = 2 if kind == "two-layer" else 1
        save_recognizer(
            NuNerForTokenClassification.from_encoder(encoder, LABELS, num_classifier_layers=layers), tokenizer, folder
        )
        return folder
    model = NuNerForPreTraining.from_encoders(encoder)
    if kind == "bi-encoder":
        model.save_pretrained(folder)
    else:
        export_backbone(model, folder)
    tokenizer.save_pretrained(folder)
    return folder


def whole_facts() -> TrainingFacts:
    """Facts of which none is missing."""
    measured = {
        "ks": [1, 4],
        "seeds": [0, 1],
        "data_sets": {"tickets": {"source": "ada/tickets", "test_split": "test", "test_sentences": 50}},
    }
    cells = {str(k): {"mean": 40.0 + k, "standard_deviation": 1.5, "scores": [39.0 + k, 41.0 + k]} for k in (1, 4)}
    return TrainingFacts(
        text_encoder=Source("FacebookAI/roberta-base", "FacebookAI/roberta-base"),
        concept_encoder=Source("BAAI/bge-base-en", "BAAI/bge-base-en"),
        data=TrainingData(
            Source("Cities", "ada/cities"),
            {"train": 1200, "test": 300},
            "k = 16, seed 0",
            {"annotations": 12345, "top_shares": {"4": 0.125}, "most_frequent": {"city": 77}},
        ),
        license="mit",
        languages=["en", "no"],
        labels=LABELS,
        hyperparameters={"learning_rate": 3e-5, "temperature": 5.0},
        versions={"nuner": "0.1.0"},
        hardware={"processor": "a fast one"},
        training_seconds=3725.0,
        history=[{"step": 10, "epoch": 1.0, "loss": 0.5, "eval_f1": 0.25}],
        scores={"f1": 0.75, "precision": 0.5, "average_precision": 0.25},
        scored_on="test",
        type_scores={"city": {"precision": 1.0, "recall": 0.5, "f1": 0.6667, "support": 4}},
        few_shot={"measured": measured, "results": {"base": {"tickets": cells}, "NuNER": {"tickets": cells}}},
        examples=["Acme opens an office in London: 3 rooms."],
        warning="Its sentences were few.",
    )


def python_blocks(card: str) -> list[str]:
    """The snippets of a card."""
    return re.findall(r"^```python\n(.*?)^```$", card, flags=re.MULTILINE | re.DOTALL)
