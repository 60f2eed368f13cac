"""F1 of single tokens, without regard to where entities begin and end (section 4.1)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from nuner.data_builders.labelled.tag_spelling import OUTSIDE


def token_classes(label_names: Sequence[str]) -> Tensor:
    """Map IOB2 labels to classes without `B-` and `I-`: 0 for `O`, then one for each type.

    Args:
        label_names: Names of the labels, such as those of a `ClassLabel`.

    Returns:
        The class of each label, `(labels,)`; types are numbered in order of first appearance.

    Example:
        ```python
        >>> from nuner.trainers import token_classes
        >>> token_classes(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]).tolist()
        [0, 1, 1, 2, 2]

        ```
    """
    number: dict[str, int] = {}
    for name in label_names:
        if name != OUTSIDE:
            number.setdefault(name[2:], len(number) + 1)
    return torch.tensor([0 if name == OUTSIDE else number[name[2:]] for name in label_names])


def macro_token_f1(predictions: Tensor, gold: Tensor, num_types: int) -> Tensor:
    """Compute the macro-averaged F1 of token classes, without `O` (section 4.1 of the paper).

    The mean is over the types that occur in `gold`; a type that is never predicted counts 0.

    Args:
        predictions: Classes from 0 (`O`) to `num_types`, `(..., tokens)`.
        gold: The true classes, `(tokens,)`.
        num_types: Number of types.

    Returns:
        F1 between 0 and 1, `(...)`.

    Raises:
        ValueError: If no token of `gold` is of any type.

    Example:
        ```python
        >>> import torch
        >>> from nuner.trainers import macro_token_f1
        >>> f1 = macro_token_f1(torch.tensor([[1, 1, 0, 2]]), torch.tensor([1, 0, 0, 2]), 2)
        >>> [round(value, 3) for value in f1.tolist()]
        [0.833]

        ```
    """
    if not (gold > 0).any():
        raise ValueError("no token of the test set belongs to an entity, so F1 is not defined")
    flat = predictions.reshape(-1, gold.shape[0])
    classes = num_types + 1
    cells = gold * classes + flat + classes**2 * torch.arange(len(flat), device=flat.device)[:, None]
    confusion = torch.bincount(cells.flatten(), minlength=len(flat) * classes**2)
    confusion = confusion.reshape(len(flat), classes, classes)  # [problem, gold, predicted]
    true_positives = confusion.diagonal(dim1=1, dim2=2)[:, 1:]
    in_gold = confusion.sum(2)[:, 1:]
    predicted = confusion.sum(1)[:, 1:]
    f1 = 2 * true_positives / (in_gold + predicted).clamp_min(1)
    return f1[:, in_gold[0] > 0].mean(1).reshape(predictions.shape[:-1])
