"""How long an input an encoder takes: what is answered, and that encoders do take it."""

import pytest
import torch
from transformers import AutoModel, AutoTokenizer, BertConfig, DebertaV2Config, ModernBertConfig, RobertaConfig

from nuner import NuNerConfig
from nuner.modeling_nuner.input_length import fitting_length, longest_input

ABSURD = 1000000000000000019884624838656


def deberta(**fields):
    return DebertaV2Config(relative_attention=True, max_position_embeddings=512, **fields)


@pytest.mark.parametrize(
    ("config", "tokenizer_limit", "longest"),
    [
        (RobertaConfig(max_position_embeddings=514), 512, 512),
        (RobertaConfig(max_position_embeddings=514), ABSURD, 512),
        (RobertaConfig(max_position_embeddings=514).to_dict(), None, 512),
        ({"model_type": "xlm-roberta", "max_position_embeddings": 514}, None, 512),
        (BertConfig(max_position_embeddings=512), ABSURD, 512),
        (BertConfig(max_position_embeddings=512), 128, 128),
        (BertConfig(max_position_embeddings=8), ABSURD, 8),
        (ModernBertConfig(max_position_embeddings=8192), ABSURD, 8192),
        (ModernBertConfig(max_position_embeddings=8192), 512, 512),
        (deberta(position_biased_input=False), ABSURD, 1_000_000),
        (deberta(position_biased_input=False), 512, 512),
        (deberta(position_biased_input=True), ABSURD, 512),
        ({"model_type": "t5"}, ABSURD, 1_000_000),
        (NuNerConfig(text_config=RobertaConfig(max_position_embeddings=514)), ABSURD, 512),
        (NuNerConfig(text_config=RobertaConfig(max_position_embeddings=130)).to_dict(), None, 128),
    ],
)
def test_the_longest_input(config, tokenizer_limit, longest):
    assert longest_input(config, tokenizer_limit) == longest


def test_every_architecture_reads_as_much(text_config):
    longest = longest_input(text_config, None)
    assert longest <= 64
    model = AutoModel.from_config(text_config).eval()
    with torch.inference_mode():
        assert model(input_ids=torch.full((1, longest), 5)).last_hidden_state.shape[:2] == (1, longest)


def test_the_length_that_fits(tiny_bert_dir, tmp_path):
    assert fitting_length(tiny_bert_dir) == 64
    assert fitting_length(tiny_bert_dir, 16) == 16
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert_dir, model_max_length=ABSURD)
    tokenizer.save_pretrained(tmp_path)
    RobertaConfig(vocab_size=200, max_position_embeddings=66).save_pretrained(tmp_path)
    assert fitting_length(tmp_path) == 64


def test_an_encoder_that_is_none_is_named(tmp_path):
    for absent in ("no-such-encoder", tmp_path / "absent"):
        with pytest.raises(FileNotFoundError, match=f"there is no encoder '{absent}'"):
            fitting_length(absent)
    with pytest.raises(ValueError, match="holds no encoder that AutoModel and AutoTokenizer load"):
        fitting_length(tmp_path)
