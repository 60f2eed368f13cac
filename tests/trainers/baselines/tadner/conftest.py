"""TadNER on the tiny BERT, after a source of persons and dishes."""

import pytest
from datasets import Dataset

from nuner.data_builders.labelled.load import load_labelled
from nuner.trainers.baselines.tadner.arguments import TadNerArguments
from nuner.trainers.baselines.tadner.run import learn_tadner


def source_sentences() -> Dataset:
    """Sentences with a person or a dish each."""
    rows = []
    for i in range(40):
        name, label = [("xa", "person"), ("xb", "dish"), ("xc", "person"), ("xd", "dish")][i % 4]
        words = [*["anna lives in", "the order of", "in the"][i % 3].split(), name, *["lives"] * (i % 2)]
        rows.append({"tokens": words, "ner_tags": [label if word == name else "O" for word in words]})
    return load_labelled({"train": Dataset.from_list(rows)}, "train")


@pytest.fixture(scope="session")
def arguments():
    return TadNerArguments(
        source_epochs=20, source_learning_rate=3e-3, batch_size=8, steps=5, learning_rate=1e-3, trained_layers=1
    )


@pytest.fixture(scope="session")
def source():
    return source_sentences()


@pytest.fixture(scope="session")
def tadner(tiny_bert_dir, source, arguments):
    return learn_tadner(tiny_bert_dir, source, arguments, tell=lambda _: None)
