"""Two tiny encoders, and a comparison of them."""

import pytest
import torch
from support.small_task import small_task
from transformers import AutoModel, AutoTokenizer

from nuner.trainers.few_shot.comparison import compare_encoders


@pytest.fixture(scope="session")
def two_encoders(tiny_bert_dir, tmp_path_factory):
    """The tiny BERT, and one whose last layer is all zeros, which knows nothing of the words."""
    folder = tmp_path_factory.mktemp("know-nothing")
    model = AutoModel.from_pretrained(tiny_bert_dir)
    with torch.no_grad():
        norm = model.encoder.layer[-1].output.LayerNorm
        norm.weight.zero_()
        norm.bias.zero_()
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(tiny_bert_dir).save_pretrained(folder)
    return {"knows nothing": folder, "tiny": tiny_bert_dir}


@pytest.fixture(scope="session")
def result(two_encoders):
    data_sets = {"one": small_task(), "two": small_task(test=20)}
    return compare_encoders(two_encoders, data_sets, ks=(4, 1), seeds=3, max_test_sentences=25)
