"""`train()` is that of any model of transformers, but for what lies below all that is trained."""

from typing import Any

import torch
from transformers import BertConfig, BertForTokenClassification

from nuner import NuNerConfig, NuNerForPreTraining, NuNerForTokenClassification, NuNerModel

SIZE: dict[str, Any] = {"vocab_size": 120, "hidden_size": 32, "num_hidden_layers": 4, "num_attention_heads": 2}
BERT = BertConfig(**SIZE, intermediate_size=64)


def modes(encoder) -> list[bool]:
    """Mode of the embeddings and of each layer, in all of their parts."""
    parts = [encoder.embeddings, *encoder.encoder.layer]
    for part in parts:
        assert len({module.training for module in part.modules()}) == 1
    return [part.training for part in parts]


def freeze(encoder, layers: int) -> None:
    for part in [encoder.embeddings, *encoder.encoder.layer[:layers]]:
        part.requires_grad_(False)


def test_frozen_lowest_layers_stay_as_in_evaluation():
    model = NuNerForPreTraining(NuNerConfig(text_config=BERT))
    freeze(model.nuner.encoder, 2)
    freeze(model.concept_encoder, 1)
    model.train()
    assert modes(model.nuner.encoder) == [False, False, False, True, True]
    assert modes(model.concept_encoder) == [False, False, True, True, True]
    model.eval()
    assert modes(model.nuner.encoder) == [False] * 5


def test_frozen_layers_above_trained_ones_are_trained_as_berts():
    model: Any = NuNerModel(NuNerConfig(text_config=BERT))
    model.encoder.encoder.layer[2].requires_grad_(False)
    model.train()
    assert modes(model.encoder) == [True] * 5


def test_layers_with_adapters_have_the_dropout_that_berts_have():
    from peft import LoraConfig, get_peft_model

    def dropouts(model) -> list[bool]:
        encoder = model.base_model.model.base_model
        layers = getattr(encoder, "encoder", encoder)
        layers = getattr(layers, "encoder", layers).layer
        return [module.training for module in layers.modules() if isinstance(module, torch.nn.Dropout)]

    ours, berts = (
        get_peft_model(model, LoraConfig(task_type="TOKEN_CLS", target_modules=["query", "value"])).train()
        for model in (NuNerForTokenClassification(NuNerConfig(text_config=BERT)), BertForTokenClassification(BERT))
    )
    assert dropouts(ours) == dropouts(berts)
    assert all(dropouts(ours))
