"""Tiny random encoders of the architectures that are supported by test."""

from __future__ import annotations

from typing import Any, cast

import pytest
import torch
from transformers import (
    BertConfig,
    DebertaV2Config,
    DistilBertConfig,
    ModernBertConfig,
    MPNetConfig,
    PreTrainedConfig,
    RobertaConfig,
)

SIZE: dict[str, Any] = {
    "vocab_size": 120,
    "hidden_size": 32,
    "num_hidden_layers": 4,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 64,
}
CONFIGS: dict[str, PreTrainedConfig] = {
    "bert": BertConfig(**SIZE),
    "roberta": RobertaConfig(**SIZE),
    "mpnet": MPNetConfig(**SIZE),
    "distilbert": DistilBertConfig(
        vocab_size=120, dim=32, n_layers=4, n_heads=2, hidden_dim=64, max_position_embeddings=64
    ),
    "modernbert": cast(Any, ModernBertConfig)(
        **SIZE,
        pad_token_id=0,
        bos_token_id=1,
        cls_token_id=1,
        eos_token_id=2,
        sep_token_id=2,
        global_attn_every_n_layers=2,
        local_attention=4,
    ),
    "deberta-v2": cast(Any, DebertaV2Config)(
        **SIZE,
        relative_attention=True,
        position_buckets=8,
        pos_att_type=["p2c", "c2p"],
        norm_rel_ebd="layer_norm",
    ),
}


@pytest.fixture(params=sorted(CONFIGS))
def text_config(request: pytest.FixtureRequest) -> PreTrainedConfig:
    """A tiny configuration of each architecture."""
    return type(CONFIGS[request.param]).from_dict(CONFIGS[request.param].to_dict())


@pytest.fixture
def inputs() -> dict[str, torch.Tensor]:
    """A batch of two texts, the second shorter, and three concepts of uneven length."""
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(5, 110, (2, 9), generator=generator)
    mask = torch.ones_like(ids)
    ids[1, 6:], mask[1, 6:] = 0, 0
    concept_ids = torch.randint(5, 110, (3, 5), generator=generator)
    concept_mask = torch.tensor([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
    token_mask = mask.bool().clone()
    token_mask[:, 0] = False
    token_mask[0, 8] = token_mask[1, 5] = False
    return {
        "input_ids": ids,
        "attention_mask": mask,
        "concept_input_ids": concept_ids * concept_mask,
        "concept_attention_mask": concept_mask,
        "token_mask": token_mask,
        "positives": torch.tensor([[1, 0], [2, 0], [2, 2], [9 + 3, 1]]),
    }
