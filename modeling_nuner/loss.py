"""The contrastive loss of section 3.2, without its dense target array."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

# Rows x concepts of the largest block of logits that exists at a time: 16 MiB in fp32.
MAX_BLOCK_LOGITS = 4 * 2**20


class _SoftplusSum(Function):
    """Sum of softplus(tokens @ concepts.T / temperature), block by block.

    Its gradients are computed on the way, since they need the very logits that are then thrown away; so memory
    is that of one block, and no logit is computed twice.
    """

    @staticmethod
    def forward(ctx: Any, tokens: Tensor, concepts: Tensor, temperature: float, max_block_logits: int) -> Tensor:
        needs_grad = any(ctx.needs_input_grad[:2])
        grad_tokens = torch.empty_like(tokens) if needs_grad else None
        grad_concepts = torch.zeros_like(concepts) if needs_grad else None
        total = torch.zeros((), dtype=torch.float64 if tokens.device.type == "cpu" else torch.float32)
        total = total.to(tokens.device)
        rows = max(1, max_block_logits // max(1, len(concepts)))
        for start in range(0, len(tokens), rows):
            block = tokens[start : start + rows]
            logits = (block @ concepts.T).div_(temperature)
            total += torch.nn.functional.softplus(logits).sum(dtype=total.dtype)
            if grad_tokens is not None and grad_concepts is not None:
                grad_logits = logits.sigmoid_().div_(temperature)
                grad_tokens[start : start + rows] = grad_logits @ concepts
                grad_concepts.addmm_(grad_logits.T, block)
        if grad_tokens is not None and grad_concepts is not None:
            ctx.save_for_backward(grad_tokens, grad_concepts)
        return total.to(tokens.dtype)

    @staticmethod
    @once_differentiable
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx: Any, grad_output: Tensor
    ) -> tuple[Tensor, Tensor, None, None]:
        grad_tokens, grad_concepts = ctx.saved_tensors
        return grad_tokens * grad_output, grad_concepts * grad_output, None, None


def pair_logits(tokens: Tensor, concepts: Tensor, pairs: Tensor, temperature: float) -> Tensor:
    """Compute the logits of single (token, concept) pairs.

    Args:
        tokens: Token vectors, `(rows, hidden_size)`.
        concepts: Concept vectors, `(columns, hidden_size)`.
        pairs: Row and column of each pair, `(pairs, 2)`.
        temperature: Divisor of the dot products.

    Returns:
        The logits, `(pairs,)`.

    Example:
        ```python
        >>> import torch
        >>> from nuner.modeling_nuner.loss import pair_logits
        >>> tokens, concepts = torch.tensor([[1.0, 2.0], [0.0, 1.0]]), torch.tensor([[3.0, 4.0]])
        >>> pair_logits(tokens, concepts, torch.tensor([[0, 0], [1, 0]]), temperature=2.0)
        tensor([5.5000, 2.0000])

        ```
    """
    # index_select: its gradient is one index_add, that of fancy indexing sorts first.
    rows = tokens.index_select(0, pairs[:, 0])
    return (rows * concepts.index_select(0, pairs[:, 1])).sum(-1) / temperature


def contrastive_bce(
    tokens: Tensor,
    concepts: Tensor,
    positives: Tensor,
    token_mask: Tensor,
    temperature: float = 5.0,
    max_block_logits: int = MAX_BLOCK_LOGITS,
) -> Tensor:
    """Sum the binary cross-entropy over all (real token, batch concept) pairs (section 3.2).

    Equal to `binary_cross_entropy_with_logits(..., reduction="sum")` on the dense array of targets, which is never
    built: with logits z it is the sum of softplus(z) over all pairs, minus z at the positives. Divide the sum by
    the number of pairs to get the paper's mean, or by the number of positives: nearly all pairs are negative, and
    their mean gives gradients near the size of Adam's epsilon.

    Args:
        tokens: Token vectors of the batch, `(rows, hidden_size)`.
        concepts: Vectors of the batch's unique concepts, `(columns, hidden_size)`.
        positives: Row and column of the pairs that agree, `(pairs, 2)`, each pair once and on real tokens only.
        token_mask: True where a row is a real token; special tokens and padding carry no loss. `(rows,)`.
        temperature: Divisor of the dot products.
        max_block_logits: Most logits that exist at a time; bounds the memory, changes no result.

    Returns:
        The sum, a scalar.

    Example:
        ```python
        >>> import torch
        >>> from nuner.modeling_nuner.loss import contrastive_bce
        >>> tokens, concepts = torch.zeros(3, 8), torch.zeros(2, 8)
        >>> loss = contrastive_bce(tokens, concepts, torch.tensor([[0, 1]]), torch.tensor([True, True, False]))
        >>> round(loss.item(), 4)  # 4 pairs x log(2)
        2.7726

        ```
    """
    # Half precision would lose the small differences of large sums; this product is a sliver of a step's work.
    with torch.autocast(tokens.device.type, enabled=False):
        tokens, concepts = tokens.float(), concepts.float()
        real = tokens.index_select(0, token_mask.nonzero()[:, 0])
        total: Tensor = _SoftplusSum.apply(real, concepts, temperature, max_block_logits)  # pyright: ignore
        return total - pair_logits(tokens, concepts, positives, temperature).sum()
