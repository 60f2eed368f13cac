"""The models that transformers' conventions are tried with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from support.tiny_configs import tiny_config
from transformers import PreTrainedConfig

from nuner import NuNerConfig, NuNerForPreTraining, NuNerForTokenClassification, NuNerModel

KINDS = {
    "encoder": (NuNerModel, {}),
    "bi-encoder": (NuNerForPreTraining, {}),
    "recognizer": (NuNerForTokenClassification, {}),
    "two-layer recognizer": (NuNerForTokenClassification, {"num_classifier_layers": 2}),
    "recognizer on two layers' states": (NuNerForTokenClassification, {"feature_layers": [-1, -3]}),
}
LABELS = {"id2label": {0: "O", 1: "B-city", 2: "I-city"}, "label2id": {"O": 0, "B-city": 1, "I-city": 2}}

# With attention of its own each: absolute positions, RoBERTa's, rotary and local ones, relative ones.
ARCHITECTURES = ("bert", "roberta", "modernbert", "deberta-v2")

MakeModel = Callable[..., Any]


@pytest.fixture(params=ARCHITECTURES)
def text_config(request: pytest.FixtureRequest) -> PreTrainedConfig:
    """A tiny configuration of each of these architectures."""
    return tiny_config(request.param)


@pytest.fixture(params=sorted(KINDS))
def make_model(request: pytest.FixtureRequest, text_config: PreTrainedConfig) -> MakeModel:
    """Make a model of a kind and an architecture; what is given are further fields of its configuration."""
    model_class, fields = KINDS[request.param]

    def make(**given: Any) -> Any:
        torch.manual_seed(0)
        return model_class(NuNerConfig(text_config=text_config, **LABELS, **fields, **given)).eval()

    return make


@pytest.fixture
def text(inputs: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The texts of the batch alone."""
    return {name: inputs[name] for name in ("input_ids", "attention_mask")}
