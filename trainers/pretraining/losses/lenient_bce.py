"""A loss that takes similar concepts for no negatives of one another."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import normalize, softplus

from nuner.modeling_nuner.loss import contrastive_bce, pair_logits

from .contrastive_loss import Normalization, check_normalization


@dataclass(frozen=True)
class LenientBCELoss:
    """Binary cross-entropy without the negatives that may be false.

    An annotator gives a river one name of many: with `stream` in the batch, too, a token of a `river` is a negative of
    it (section 3.2). Here a concept that is similar to one that a token has is neither positive nor negative of it.

    Args:
        similarity: Least cosine of two similar concepts, by their vectors around their mean in the batch, as they are
            by then.
        normalization: What the sum is divided by, as for `ContrastiveBCELoss`.

    Raises:
        ValueError: If `similarity` is no cosine, or `normalization` is neither of the two.

    References:
        Huynh et al.: Boosting Contrastive Self-Supervised Learning with False Negative Cancellation,
        https://arxiv.org/abs/2011.11765, for images.

    Requirements:
        - Concepts of a batch are unique, each pair that agrees is given once.

    Inputs:
        Token vectors `(rows, hidden_size)`, concept vectors `(columns, hidden_size)`, positives `(pairs, 2)`, token
        mask `(rows,)`, temperature.

    Example:
        ```python
        >>> import torch
        >>> from nuner.trainers import LenientBCELoss
        >>> tokens, concepts = torch.zeros(1, 2), torch.tensor([[1.0, 0.1], [1.0, 0.0], [-1.0, 0.0]])
        >>> positives, token_mask = torch.tensor([[0, 0]]), torch.tensor([True])
        >>> loss = LenientBCELoss(similarity=0.7)(tokens, concepts, positives, token_mask, temperature=5.0)
        >>> round(loss.item(), 4)  # 2 of 3 pairs x log(2)
        1.3863

        ```
    """

    similarity: float = 0.7
    normalization: Normalization = "positives"

    def __post_init__(self) -> None:
        """Check the arguments."""
        if not -1 <= self.similarity <= 1:
            raise ValueError(f"similarity is {self.similarity!r}; it must be a cosine, from -1 to 1")
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
        left_out = self._left_out(concepts, positives)
        of_all = contrastive_bce(tokens, concepts, positives, token_mask, temperature)
        return of_all - softplus(pair_logits(tokens, concepts, left_out, temperature)).sum()

    @torch.no_grad()
    def _left_out(self, concepts: Tensor, positives: Tensor) -> Tensor:
        """Return the pairs `(pairs, 2)` of a token and a concept that is similar to one of the token's own."""
        directions = normalize(concepts - concepts.mean(0), dim=1)
        similar = directions @ directions.T >= self.similarity
        pair, column = similar[positives[:, 1]].nonzero(as_tuple=True)
        number = len(concepts)
        # A pair as one number, so that sets of them can be taken.
        found = (positives[pair, 0] * number + column).unique()
        found = found[~torch.isin(found, positives[:, 0] * number + positives[:, 1])]
        return torch.stack([found // number, found % number], dim=1)
