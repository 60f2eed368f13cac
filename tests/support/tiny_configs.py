"""Tiny configurations of the architectures that are supported by test."""

from __future__ import annotations

from typing import Any, cast

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


def tiny_config(architecture: str) -> PreTrainedConfig:
    """Return a configuration of one's own."""
    return type(CONFIGS[architecture]).from_dict(CONFIGS[architecture].to_dict())
