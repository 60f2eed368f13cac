"""Small random encoders of many architectures whose vectors nearly all point one way."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import torch
from torch import nn
from transformers import (
    AlbertConfig,
    AutoModel,
    AutoTokenizer,
    BertConfig,
    DebertaConfig,
    DebertaV2Config,
    DistilBertConfig,
    ElectraConfig,
    ModernBertConfig,
    MPNetConfig,
    PreTrainedConfig,
    RobertaConfig,
    XLMRobertaConfig,
)

SIZE: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 80,
}
RELATIVE: dict[str, Any] = {"relative_attention": True, "pos_att_type": ["p2c", "c2p"]}
SPECIAL: dict[str, Any] = {
    "pad_token_id": 0,
    "bos_token_id": 2,
    "cls_token_id": 2,
    "eos_token_id": 3,
    "sep_token_id": 3,
}

ENDING_WITH_A_BIAS: dict[str, PreTrainedConfig] = {
    "bert": BertConfig(**SIZE),
    "deberta": cast(Any, DebertaConfig)(**SIZE, **RELATIVE),
    "deberta-v2": cast(Any, DebertaV2Config)(**SIZE, **RELATIVE, position_buckets=8, norm_rel_ebd="layer_norm"),
    "distilbert": DistilBertConfig(dim=32, n_layers=2, n_heads=2, hidden_dim=64, max_position_embeddings=80),
    "electra": ElectraConfig(**SIZE, embedding_size=16),
    "mpnet": MPNetConfig(**SIZE),
    "roberta": RobertaConfig(**SIZE),
    "xlm-roberta": XLMRobertaConfig(**SIZE),
}
OTHERS: dict[str, PreTrainedConfig] = {
    "albert": AlbertConfig(**SIZE, embedding_size=16),
    "modernbert": cast(Any, ModernBertConfig)(**SIZE, **SPECIAL, global_attn_every_n_layers=2, local_attention=8),
}
# What the last layer ends with.
LAST_NORMALIZATIONS = ("output.LayerNorm", "output_layer_norm", "full_layer_layer_norm")


def save_one_sided_encoder(name: str, tiny_bert_dir: Path, folder: Path) -> Path:
    """Write an encoder with the tokenizer of the tiny BERT.

    Args:
        name: One of the architectures above.
        tiny_bert_dir: The fixture's encoder.
        folder: Where to write.

    Returns:
        The folder.
    """
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert_dir)
    config = {**ENDING_WITH_A_BIAS, **OTHERS}[name]
    own = {**config.to_dict(), "vocab_size": len(tokenizer), "pad_token_id": 0}
    # Without dropout, so that training sees the vectors that a test sees.
    config = type(config).from_dict({key: 0.0 if "dropout" in key else value for key, value in own.items()})
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(0)
        encoder = AutoModel.from_config(config)
        one_way = nn.functional.normalize(torch.randn(32), dim=0)
        if name == "modernbert":
            encoder.embeddings.tok_embeddings.weight.add_(0.4 * one_way)
        else:
            ending = [module for part, module in encoder.named_modules() if part.endswith(LAST_NORMALIZATIONS)][-1]
            cast(Any, ending).bias.add_(30 * one_way)
    encoder.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
