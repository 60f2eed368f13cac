"""The loss of the paper as an object."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from nuner.trainers import ContrastiveBCELoss


def test_it_is_the_dense_binary_cross_entropy() -> None:
    generator = torch.Generator().manual_seed(0)
    tokens, concepts = torch.randn(50, 16, generator=generator), torch.randn(20, 16, generator=generator)
    mask = torch.rand(50, generator=generator) > 0.2
    targets = (torch.rand(50, 20, generator=generator) < 0.1) & mask.unsqueeze(1)
    logits = tokens[mask] @ concepts.T / 2.0
    dense = binary_cross_entropy_with_logits(logits, targets[mask].float(), reduction="sum")
    for loss in (ContrastiveBCELoss(), ContrastiveBCELoss("pairs", max_block_logits=7)):
        assert loss(tokens, concepts, targets.nonzero(), mask, 2.0).item() == pytest.approx(dense.item(), rel=1e-6)


def test_it_refuses_to_be_divided_by_something_else() -> None:
    normalization: Any = "tokens"
    with pytest.raises(ValueError, match="normalization is 'tokens'; it must be 'positives' or 'pairs'"):
        ContrastiveBCELoss(normalization)
