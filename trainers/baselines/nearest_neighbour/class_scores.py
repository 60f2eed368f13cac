"""How near words are to classes that a few other words are examples of.

Distances are measured in the length of the known words' vectors, which differs from encoder to encoder: without that,
the softmax of them in training and in StructShot would be sharp for one encoder and flat for another. Which class is
the nearest does not depend on the unit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import torch
from torch import Tensor

ClassScores: TypeAlias = Callable[[Tensor, Tensor, Tensor, int], Tensor]
"""Vectors of known words, their classes, vectors of other words, number of classes -> scores of these."""

# Squared distances of vectors whose mean square is this are taken as they are. MiniLM's are about so long.
_SQUARED_LENGTH = 36.0


def prototype_scores(vectors: Tensor, classes: Tensor, queries: Tensor, num_classes: int) -> Tensor:
    """Score words by their distance to the mean of each class (Snell et al., 2017; ProtoBERT in Few-NERD).

    Args:
        vectors: Of words whose class is known, `(words, hidden)`.
        classes: Their classes, of which 0 is that of words outside all entities, `(words,)`.
        queries: Vectors of other words, `(queries, hidden)`.
        num_classes: Number of classes.

    Returns:
        Squared Euclidean distances, in that unit and with a minus, `(queries, classes)`; minus infinity for a class
        without a word.

    Example:
        ```python
        >>> import torch
        >>> from nuner.trainers.baselines.nearest_neighbour.class_scores import prototype_scores
        >>> vectors, classes = torch.tensor([[4.0], [8.0], [2.0]]), torch.tensor([0, 0, 1])  # mean square 28
        >>> prototype_scores(vectors, classes, torch.tensor([[4.0]]), num_classes=2).mul(28 / 36).round().tolist()
        [[-4.0, -4.0]]

        ```
    """
    counts = torch.bincount(classes, minlength=num_classes)
    sums = vectors.new_zeros(num_classes, vectors.shape[1]).index_add(0, classes, vectors)
    prototypes = sums / counts.clamp_min(1)[:, None]
    return -_squared_distances(queries, prototypes, vectors).masked_fill(counts == 0, torch.inf)


def nearest_word_scores(vectors: Tensor, classes: Tensor, queries: Tensor, num_classes: int) -> Tensor:
    """Score words by their distance to the nearest word of each class (Yang and Katiyar, 2020; NNShot).

    Args:
        vectors: Of words whose class is known, `(words, hidden)`.
        classes: Their classes, of which 0 is that of words outside all entities, `(words,)`.
        queries: Vectors of other words, `(queries, hidden)`.
        num_classes: Number of classes.

    Returns:
        Squared Euclidean distances, in that unit and with a minus, `(queries, classes)`; minus infinity for a class
        without a word.

    Example:
        ```python
        >>> import torch
        >>> from nuner.trainers.baselines.nearest_neighbour.class_scores import nearest_word_scores
        >>> vectors, classes = torch.tensor([[4.0], [8.0], [2.0]]), torch.tensor([0, 0, 1])  # mean square 28
        >>> nearest_word_scores(vectors, classes, torch.tensor([[5.0]]), num_classes=2).mul(28 / 36).round().tolist()
        [[-1.0, -9.0]]

        ```
    """
    distances = _squared_distances(queries, vectors, vectors)
    nowhere = distances.new_full((len(queries), 1), torch.inf)
    nearest = [torch.cat([distances[:, classes == each], nowhere], dim=1).amin(1) for each in range(num_classes)]
    return -torch.stack(nearest, dim=1)


def _squared_distances(left: Tensor, right: Tensor, known: Tensor) -> Tensor:
    unit = known.square().sum(1).mean() / _SQUARED_LENGTH
    squares = left.square().sum(1)[:, None] + right.square().sum(1)
    return (squares - 2 * left @ right.T).clamp_min(0) / unit
