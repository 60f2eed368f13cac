"""The vocabulary grows and shrinks, in both encoders."""

from typing import Any

import pytest
import torch
from transformers import AutoModel, BertConfig

from nuner import NuNerConfig, NuNerForPreTraining, export_backbone

SIZE: dict[str, Any] = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}


def rows(encoder) -> int:
    return encoder.get_input_embeddings().weight.shape[0]


@pytest.mark.parametrize("size", [110, 130])
def test_resizing(make_model, text, size, tmp_path):
    model = make_model()
    before = model.get_input_embeddings().weight.detach().clone()
    embeddings = model.resize_token_embeddings(size)
    assert embeddings is model.get_input_embeddings() and embeddings.weight.shape == (size, 32)
    common = min(size, 120)
    assert torch.equal(embeddings.weight[:common], before[:common])
    encoder = getattr(model, "nuner", model).encoder
    assert model.config.vocab_size == model.config.text_config.vocab_size == encoder.config.vocab_size == size
    last = {**text, "input_ids": text["input_ids"].clamp(max=size - 1)}
    last["input_ids"][0, 2] = size - 1
    expected = model(**last)[0]
    model.save_pretrained(tmp_path)
    torch.testing.assert_close(type(model).from_pretrained(tmp_path).eval()(**last)[0], expected)


@pytest.mark.parametrize("size", [110, 130])
def test_both_encoders_of_one_vocabulary_are_resized(text_config, inputs, size, tmp_path):
    model: Any = NuNerForPreTraining(NuNerConfig(text_config=text_config)).eval()
    model.resize_token_embeddings(size)
    assert rows(model.nuner.encoder) == rows(model.concept_encoder) == size
    assert model.config.concept_config.vocab_size == model.concept_encoder.config.vocab_size == size
    inputs["concept_input_ids"][1, 2] = size - 1
    expected = model(**inputs).loss
    model.save_pretrained(tmp_path)
    torch.testing.assert_close(NuNerForPreTraining.from_pretrained(tmp_path).eval()(**inputs).loss, expected)


def test_a_concept_encoder_with_another_vocabulary_stays():
    config: Any = NuNerConfig(
        text_config=BertConfig(vocab_size=120, **SIZE), concept_config=BertConfig(vocab_size=90, **SIZE)
    )
    model: Any = NuNerForPreTraining(config)
    model.resize_token_embeddings(130)
    assert (rows(model.nuner.encoder), rows(model.concept_encoder)) == (130, 90)
    assert (config.text_config.vocab_size, config.concept_config.vocab_size) == (130, 90)


def test_padding_to_a_multiple():
    model: Any = NuNerForPreTraining(NuNerConfig(text_config=BertConfig(vocab_size=120, **SIZE)))
    model.resize_token_embeddings(pad_to_multiple_of=64)
    assert rows(model.nuner.encoder) == rows(model.concept_encoder) == model.config.vocab_size == 128


def test_the_backbone_keeps_the_new_size(tmp_path):
    model: Any = NuNerForPreTraining(NuNerConfig(text_config=BertConfig(vocab_size=120, **SIZE)))
    model.resize_token_embeddings(125)
    export_backbone(model, tmp_path)
    assert AutoModel.from_pretrained(tmp_path).config.vocab_size == 125


def test_the_size_can_be_set_in_the_configuration():
    config: Any = NuNerConfig(text_config=BertConfig(vocab_size=120, **SIZE))
    config.vocab_size = 77
    assert config.text_config.vocab_size == 77
    assert rows(NuNerForPreTraining(config)) == 77


def test_new_embeddings_can_be_set(make_model):
    model = make_model()
    new = torch.nn.Embedding(120, 32)
    model.set_input_embeddings(new)
    assert model.get_input_embeddings() is new
