"""Weights of the labels in the loss, so that rare ones count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from .features import IGNORED


def balanced_weights(labels: Iterable[Sequence[int]], num_labels: int) -> Tensor:
    """Weigh each label by the inverse square root of its frequency.

    The full inverse would give as much weight to a handful of examples as to thousands of words outside all
    entities, and their noise with it.

    Args:
        labels: Label ids of each row, -100 where there is none.
        num_labels: Number of labels.

    Returns:
        The weights, `(num_labels,)`, with a mean of 1 over the labels that occur; 1 for a label that does not.

    Example:
        ```python
        >>> from nuner.trainers.fine_tuning.class_weights import balanced_weights
        >>> [round(weight, 2) for weight in balanced_weights([[0, 0, 0, 0, 1]], 2).tolist()]
        [0.83, 1.67]

        ```
    """
    counts = Counter(label for row in labels for label in row if label != IGNORED)
    frequency = torch.tensor([float(counts[label]) for label in range(num_labels)])
    weights = frequency.clamp_min(1).rsqrt()
    weights *= frequency.sum() / (weights * frequency).sum()
    weights[frequency == 0] = 1.0
    return weights
