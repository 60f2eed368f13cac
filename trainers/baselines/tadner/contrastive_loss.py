"""Type-aware contrastive loss: words of entities, each beside the name of its type (Li et al., 2023)."""

from __future__ import annotations

from torch import Tensor


def type_aware_contrastive_loss(words: Tensor, names: Tensor, types: Tensor, temperature: float) -> Tensor:
    """Draw the words of a type to its name and, through it, to each other, and away from those of other types.

    A word w of type t stands for two vectors, `[name_t; w]` and `[w; name_t]`. The similarity of two words is half
    the product of the first of one and the second of the other: each is compared with the other's name. Each word's
    loss is the mean cross-entropy of those of its type, itself included, among all words.

    Args:
        words: Unit vectors of words in entities, `(words, hidden)`.
        names: Unit vectors of the types' names, `(types, hidden)`.
        types: The type of each word, `(words,)`.
        temperature: Similarities are divided by it.

    Returns:
        The mean over the words; 0 where there is none.

    Example:
        ```python
        >>> import torch
        >>> from nuner.trainers.baselines.tadner.contrastive_loss import type_aware_contrastive_loss
        >>> vectors = torch.eye(2)
        >>> apart = type_aware_contrastive_loss(vectors, vectors, torch.tensor([0, 1]), 0.1)
        >>> mixed = type_aware_contrastive_loss(vectors, vectors, torch.tensor([1, 0]), 0.1)
        >>> bool(apart < mixed)
        True

        ```
    """
    to_name_of = (words @ names.T)[:, types]
    log_probabilities = ((to_name_of + to_name_of.T) / (2 * temperature)).log_softmax(-1)
    same = types[:, None] == types
    losses = -(log_probabilities * same).sum(-1) / same.sum(-1)
    return losses.sum() / max(1, len(losses))
