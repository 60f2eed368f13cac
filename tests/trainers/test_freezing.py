import pytest
import torch
from transformers import AutoModel

from nuner.trainers.freezing import freeze_lower_layers


def test_embeddings_and_lower_layers_stop_training(tiny_bert_dir):
    encoder = AutoModel.from_pretrained(tiny_bert_dir)
    freeze_lower_layers(encoder, 1)
    for name, p in encoder.named_parameters():
        lower = name.startswith(("embeddings", "encoder.layer.0"))
        assert p.requires_grad is not lower, name


def test_zero_trains_everything(tiny_bert_dir):
    encoder = AutoModel.from_pretrained(tiny_bert_dir)
    freeze_lower_layers(encoder, 0)
    assert all(p.requires_grad for p in encoder.parameters())


@pytest.mark.parametrize("num_layers", [-1, 2, 9])
def test_at_least_one_layer_must_learn(tiny_bert_dir, num_layers):
    encoder = AutoModel.from_pretrained(tiny_bert_dir)
    with pytest.raises(ValueError, match=f"Cannot freeze {num_layers} of 2 layers; name 0 to 1"):
        freeze_lower_layers(encoder, num_layers)
    assert torch.is_grad_enabled()
