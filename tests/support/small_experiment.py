"""The settings of an experiment that takes seconds, with the data that it reads."""

from __future__ import annotations

import json
import random
from pathlib import Path

from .small_corpus import small_corpus

_WORDS = ["paris", "london", "berlin", "the", "a", "of", "in", "visited", "lives", "works"]


def small_experiment(encoder: Path, folder: Path, *, epochs: int = 1, **measured: object) -> Path:
    """Write settings of `few-shot-frozen`: the tiny encoder, and what comes of it after a few steps.

    Args:
        encoder: The tiny encoder.
        folder: Where the settings and the data go.
        epochs: How long it is trained; there is a checkpoint after each.
        **measured: Settings that replace those of the measuring.

    Returns:
        The YAML file.
    """
    draw = random.Random(0)
    cities = folder / "cities"
    cities.mkdir()
    small_corpus(40).to_json(folder / "corpus.jsonl")
    for split, sentences in (("train", 60), ("test", 20)):
        rows = []
        for _ in range(sentences):
            words = draw.choices(_WORDS, k=6)
            rows.append({"tokens": words, "tags": ["B-city" if word in _WORDS[:3] else "O" for word in words]})
        (cities / f"{split}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    arguments = {
        "num_train_epochs": epochs,
        "per_device_train_batch_size": 8,
        "num_frozen_text_layers": 0,
        "num_frozen_concept_layers": 0,
        "cache_frozen_layers": False,
    }
    nuner = {"text_encoder": str(encoder), "corpus": str(folder / "corpus.jsonl"), "arguments": arguments}
    settings = {
        "encoders": {"tiny": str(encoder), "NuNER": nuner},
        "data_sets": {"cities": str(cities)},
        "ks": [1, 4],
        "samples": 2,
        **measured,
    }
    file = folder / "small.yaml"
    file.write_text(json.dumps(settings))  # which is YAML, too
    return file
