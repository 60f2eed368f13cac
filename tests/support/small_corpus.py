"""A corpus of random sentences in the vocabulary of the tiny BERT, and a trainer on it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from datasets import Dataset
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from nuner import ContrastiveTrainer, ContrastiveTrainingArguments, NuNerForPreTraining
from nuner.trainers import ContrastiveLoss

CONCEPTS = {
    "paris": ["city", "capital of france"],
    "london": ["city", "capital"],
    "berlin": ["city"],
    "acme": ["company"],
    "monday": ["day of the week"],
    "order": ["document"],
}
OTHERS = ["the", "a", "of", "in", "to", "and", "visited", "lives", "works", "paid", "bought"]


def small_corpus(num_sentences: int, seed: int = 0) -> Dataset:
    """Rows of the corpus schema, of 2 to 14 words; some without an entity."""
    draw = random.Random(seed)
    rows = []
    for _ in range(num_sentences):
        words = [draw.choice([*CONCEPTS, *OTHERS]) for _ in range(draw.randint(2, 14))]
        text, entities = "", []
        for word in words:
            start = len(text)
            text += word + " "
            for concept in CONCEPTS.get(word, []):
                entities.append({"start": start, "end": start + len(word), "text": word, "concept": concept})
        rows.append({"text": text.strip(), "entities": entities})
    return Dataset.from_list(rows)


def small_trainer(
    encoder: Path,
    output_dir: Path,
    *,
    num_sentences: int = 40,
    concept_processing_class: PreTrainedTokenizerBase | None = None,
    loss: ContrastiveLoss | None = None,
    **arguments: Any,
) -> ContrastiveTrainer:
    """Make a trainer that takes a second or two.

    Args:
        encoder: Both encoders.
        output_dir: Folder of the run.
        num_sentences: How many sentences to learn from.
        concept_processing_class: As for `ContrastiveTrainer`.
        loss: As for `ContrastiveTrainer`.
        **arguments: Arguments that replace those that make it quick.
    """
    defaults: dict[str, Any] = {
        "num_train_epochs": 2,
        "per_device_train_batch_size": 4,
        "learning_rate": 1e-3,
        "num_frozen_text_layers": 1,
        "save_strategy": "no",
        "report_to": "none",
        "logging_steps": 5,
        "use_cpu": True,
    }
    args = ContrastiveTrainingArguments(output_dir=str(output_dir), **{**defaults, **arguments})
    return ContrastiveTrainer(
        model=NuNerForPreTraining.from_encoders(encoder),
        args=args,
        train_dataset=small_corpus(num_sentences),
        eval_dataset=small_corpus(12, seed=1),
        processing_class=AutoTokenizer.from_pretrained(encoder),
        concept_processing_class=concept_processing_class,
        loss=loss,
    )
