"""A tiny bi-encoder that answers for types named at run time."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import AutoTokenizer

from nuner import NuNerForPreTraining


def save_tiny_bi_encoder(tiny_bert_dir: Path, folder: Path) -> Path:
    """Write a random bi-encoder with its tokenizer, whose scores spread over both sides of its threshold.

    Args:
        tiny_bert_dir: The fixture's encoder.
        folder: Where to write.

    Returns:
        The folder.
    """
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = NuNerForPreTraining.from_encoders(
            tiny_bert_dir, concept_pooling="mean", score_scale=0.5, score_bias=-0.3, score_threshold=0.4
        )
        for parameter in model.concept_encoder.parameters():
            parameter.data += 0.3 * torch.randn_like(parameter)
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(tiny_bert_dir).save_pretrained(folder)
    return folder
