"""The loss of the paper: binary cross-entropy over all pairs."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor

from nuner.modeling_nuner.loss import MAX_BLOCK_LOGITS, contrastive_bce

from .contrastive_loss import Normalization, check_normalization


@dataclass(frozen=True)
class ContrastiveBCELoss:
    """Binary cross-entropy over all pairs of a real token and a concept of the batch (section 3.2).

    Every concept of the batch that no annotation gives a token is a negative of it. Neither the dense array of
    targets nor all logits at once exist, see `nuner.modeling_nuner.loss.contrastive_bce`.

    Args:
        normalization: What the sum is divided by. `"pairs"` is the mean of the paper; nearly all pairs are
            negative, so its gradients are near the size of Adam's epsilon where steps are few, and `"positives"`
            learns faster.
        max_block_logits: Most logits that exist at a time; bounds the memory, changes no result.

    Raises:
        ValueError: If `normalization` is neither of the two.

    References:
        Bogdanov et al.: NuNER: Entity Recognition Encoder Pre-training via LLM-Annotated Data,
        https://arxiv.org/abs/2402.15343

    Requirements:
        - Concepts of a batch are unique, each pair that agrees is given once.

    Inputs:
        Token vectors `(rows, hidden_size)`, concept vectors `(columns, hidden_size)`, positives `(pairs, 2)`, token
        mask `(rows,)`, temperature.

    Example:
        ```python
        >>> import torch
        >>> from nuner.trainers import ContrastiveBCELoss
        >>> tokens, concepts = torch.zeros(3, 8), torch.zeros(2, 8)
        >>> positives, token_mask = torch.tensor([[0, 1]]), torch.tensor([True, True, False])
        >>> loss = ContrastiveBCELoss()(tokens, concepts, positives, token_mask, temperature=5.0)
        >>> round(loss.item(), 4)  # 4 pairs x log(2)
        2.7726
        >>> # the dots stand for the rest of your run
        >>> trainer = ContrastiveTrainer(..., loss=ContrastiveBCELoss("pairs"))  # doctest: +SKIP

        ```
    """

    normalization: Normalization = "positives"
    # It changes no result: a run that was broken off may go on with another one.
    max_block_logits: int = field(default=MAX_BLOCK_LOGITS, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the divisor."""
        check_normalization(self.normalization, "normalization")

    def __call__(
        self, tokens: Tensor, concepts: Tensor, positives: Tensor, token_mask: Tensor, temperature: float
    ) -> Tensor:
        """Return the loss of a batch, summed.

        Args:
            tokens: Token vectors of the batch, `(rows, hidden_size)`.
            concepts: Vectors of the batch's unique concepts, `(columns, hidden_size)`.
            positives: Row and column of the pairs that agree, `(pairs, 2)`, each pair once and on real tokens only.
            token_mask: True where a row is a real token, `(rows,)`.
            temperature: Divisor of the dot products.

        Returns:
            The sum, a scalar.
        """
        return contrastive_bce(tokens, concepts, positives, token_mask, temperature, self.max_block_logits)
