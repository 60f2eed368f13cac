"""Packed layers compute what the layers they replace compute."""

import copy

import torch

from nuner import NuNerConfig, NuNerForTokenClassification
from nuner.modeling_nuner.recognition.backends.packed_linear import PackedLinear, PackedOutput, pack_linear_layers


def test_logits_stay_the_same_in_every_architecture(text_config, inputs):
    config = NuNerConfig(text_config=text_config, id2label={0: "O", 1: "city"}, num_classifier_layers=2)
    model = NuNerForTokenClassification(config).eval()
    packed = copy.deepcopy(model)
    pack_linear_layers(packed)
    kinds = [type(module) for module in packed.modules()]
    assert PackedLinear in kinds
    assert torch.nn.Linear not in kinds
    # Two residuals and an activation in each layer of what is built like BERT.
    if text_config.model_type in ("bert", "roberta", "deberta-v2"):
        assert kinds.count(PackedOutput) == 2 * text_config.num_hidden_layers
        assert sum(getattr(module, "activation", (None,))[0] == "gelu" for module in packed.modules()) == 4
    text = {name: inputs[name] for name in ("input_ids", "attention_mask")}
    with torch.inference_mode():
        torch.testing.assert_close(packed(**text).logits, model(**text).logits, rtol=1e-4, atol=1e-5)
