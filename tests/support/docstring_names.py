"""What the examples of docstrings take as given, such as `model` and `tokenizer`, in each sub-room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from datasets import load_dataset
from transformers import AutoTokenizer

from nuner import NuNerForPreTraining, finetune, load_labelled
from nuner.trainers.pretraining.concept_table import ConceptTable
from nuner.trainers.pretraining.features import featurize_corpus
from nuner.trainers.word_tokenizer import load_word_tokenizer


def of_models() -> dict[str, Any]:
    """A bi-encoder and its tokenizer."""
    model, tokenizer = (
        NuNerForPreTraining.from_pretrained("nuner-roberta"),
        AutoTokenizer.from_pretrained("nuner-roberta"),
    )
    return {"model": model, "bi_encoder": model, "tokenizer": tokenizer}


def of_pretraining() -> dict[str, Any]:
    """A corpus and its features too."""
    names = of_models()
    corpus = load_dataset("json", data_files={"train": "mine.jsonl", "validation": "mine.jsonl"})
    concepts = ConceptTable.from_names(["city", "person", "company"], names["tokenizer"])
    features = featurize_corpus(corpus["validation"], names["tokenizer"], concepts)
    return {**names, "corpus": corpus, "concepts": concepts, "features": features}


def of_fine_tuning() -> dict[str, Any]:
    """A trainer of a recognizer after a step, and its parts."""
    train, test = load_labelled("my-data", "train"), load_labelled("my-data", "test")
    trainer = finetune("nuner-roberta", train, "runs/given", max_steps=1)
    return {
        "train": train,
        "test": test,
        "trainer": trainer,
        "model": trainer.model,
        "args": trainer.args,
        "tokenizer": load_word_tokenizer("nuner-roberta"),
    }


GIVEN: dict[str, Callable[[], dict[str, Any]]] = {
    "modeling_nuner/": of_models,
    "trainers/pretraining/": of_pretraining,
    "trainers/fine_tuning/": of_fine_tuning,
}


def given_names(path: str) -> dict[str, Any]:
    """Make the names that the examples of a module may use without saying where they are from.

    Args:
        path: The module's path in the repository.

    Returns:
        The names, anew for each module.
    """
    for folder, make in GIVEN.items():
        if path.startswith(folder):
            return make()
    return {}
