"""Rows of tokens padded at their beginning, so that all end where a model goes on."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase


def padded(tokenizer: PreTrainedTokenizerBase, rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Pad rows at their beginning.

    Args:
        tokenizer: Has the padding token.
        rows: Tokens.

    Returns:
        The tokens, `(rows, length)`, and 1 for those that are no padding, of the same shape.
    """
    pad = tokenizer.pad_token_id
    length = max(map(len, rows))
    tokens = torch.tensor([[pad] * (length - len(row)) + [*row] for row in rows], dtype=torch.long)
    mask = torch.tensor([[0] * (length - len(row)) + [1] * len(row) for row in rows], dtype=torch.long)
    return tokens, mask


def positions(mask: Tensor) -> Tensor:
    """Count the tokens of each row that are no padding, from 0.

    Args:
        mask: What `padded` returns, `(rows, length)`.
    """
    return (mask.cumsum(1) - 1).clamp(min=0)
