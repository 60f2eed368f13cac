"""A tiny recognizer, and what it gets right and wrong."""

import pytest
from support.evaluated_sentences import SENTENCES, labelled
from support.tiny_recognizer import save_tiny_recognizer

from nuner import evaluate_recognizer


@pytest.fixture(scope="session")
def model(tiny_bert_dir, tmp_path_factory):
    return save_tiny_recognizer(tiny_bert_dir, tmp_path_factory.mktemp("evaluated"))


@pytest.fixture(scope="session")
def evaluation(model):
    return evaluate_recognizer(model, labelled(SENTENCES), measured_on={"data_set": "<b>sentences</b>"})
