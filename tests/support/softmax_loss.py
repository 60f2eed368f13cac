"""A second loss of the contrastive pre-training, as a user would write one."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from nuner.trainers.pretraining.losses.contrastive_loss import Normalization


@dataclass(frozen=True)
class SoftmaxLoss:
    """Cross-entropy of a token's concept among all of the batch (InfoNCE, https://arxiv.org/abs/1807.03748).

    Args:
        normalization: What the sum is divided by.
    """

    normalization: Normalization = "positives"

    def __call__(
        self, tokens: Tensor, concepts: Tensor, positives: Tensor, token_mask: Tensor, temperature: float
    ) -> Tensor:
        """Return the sum over the pairs that agree."""
        assert tokens.dtype == concepts.dtype == torch.float32
        logits = tokens[positives[:, 0]] @ concepts.T / temperature
        assert logits.dtype == torch.float32
        return cross_entropy(logits, positives[:, 1], reduction="sum")
