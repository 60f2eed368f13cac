"""Tiny random encoders of the architectures that are supported by test."""

from __future__ import annotations

import pytest
import torch
from support.tiny_configs import CONFIGS, tiny_config
from transformers import PreTrainedConfig


@pytest.fixture(params=sorted(CONFIGS))
def text_config(request: pytest.FixtureRequest) -> PreTrainedConfig:
    """A tiny configuration of each architecture."""
    return tiny_config(request.param)


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
