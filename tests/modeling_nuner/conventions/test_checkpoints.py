"""What is saved in several files, in another precision or with another classifier loads as in transformers."""

import logging
from typing import Any

import pytest
import torch
from transformers import AutoModel, AutoModelForTokenClassification

from nuner import NuNerConfig, NuNerForPreTraining, NuNerForTokenClassification


def test_shards(make_model, text, tmp_path):
    model = make_model()
    model.save_pretrained(tmp_path, max_shard_size="20KB")
    assert len(list(tmp_path.glob("model-*.safetensors"))) > 1
    loaded = type(model).from_pretrained(tmp_path).eval()
    assert torch.equal(loaded(**text)[0], model(**text)[0])


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16", "auto"])
def test_precision(make_model, dtype, tmp_path):
    make_model().to(torch.bfloat16).save_pretrained(tmp_path)
    model = type(make_model()).from_pretrained(tmp_path, dtype=dtype)
    expected = torch.bfloat16 if dtype == "auto" else getattr(torch, dtype)
    assert {p.dtype for p in model.parameters()} == {expected}
    assert {model.config.dtype, model.config.text_config.dtype} == {expected}


@pytest.mark.parametrize("layers", [1, 2])
def test_another_number_of_labels(text_config, tmp_path, layers):
    names = {0: "O", 1: "B-city", 2: "I-city"}
    config = NuNerConfig(text_config=text_config, id2label=names, num_classifier_layers=layers)
    model: Any = NuNerForTokenClassification(config)
    model.save_pretrained(tmp_path)
    with pytest.raises(RuntimeError):
        AutoModelForTokenClassification.from_pretrained(tmp_path, num_labels=5)
    loaded = AutoModelForTokenClassification.from_pretrained(tmp_path, num_labels=5, ignore_mismatched_sizes=True)
    assert loaded.classifier.weight.shape == (5, 32)
    assert loaded.classifier.weight.std() < 0.1
    assert not loaded.classifier.bias.any()
    for name, weight in model.nuner.state_dict().items():
        assert torch.equal(loaded.nuner.state_dict()[name], weight), name
    if layers == 2:
        assert torch.equal(loaded.classifier[1].weight, model.classifier[1].weight)


def test_weights_keep_their_names(text_config):
    """Those of checkpoints, adapters and interrupted runs that there are."""
    for layers, numbers in ((1, (1,)), (2, (1, 4))):
        config = NuNerConfig(text_config=text_config, num_classifier_layers=layers)
        names = [name for name in NuNerForTokenClassification(config).state_dict() if "classifier" in name]
        assert names == [f"classifier.{number}.{kind}" for number in numbers for kind in ("weight", "bias")]


def test_a_bi_encoder_loads_as_an_encoder_without_a_word(text_config, tmp_path, caplog):
    NuNerForPreTraining(NuNerConfig(text_config=text_config)).save_pretrained(tmp_path)
    transformers_logger = logging.getLogger("transformers")
    transformers_logger.addHandler(caplog.handler)
    try:
        AutoModel.from_pretrained(tmp_path)
    finally:
        transformers_logger.removeHandler(caplog.handler)
    assert caplog.messages == []
