"""The largest batch that a GPU has the memory for, halved from the one that was asked for."""

from __future__ import annotations

from collections.abc import Callable

import torch


def fitting_batch_size(batch_size: int, step: Callable[[int], None]) -> int:
    """Halve a batch until a step on it fits into memory.

    Args:
        batch_size: Texts of the batch that is wanted.
        step: Computes a step on so many texts, the longest that there are, and keeps nothing.

    Returns:
        The size that fits; at best the one that is wanted.

    Raises:
        ValueError: If not even one text fits.

    Example:
        ```python
        >>> import torch
        >>> from nuner.trainers.pretraining.fitting_batch import fitting_batch_size
        >>> def step(size):
        ...     if size > 20:
        ...         raise torch.OutOfMemoryError("no more memory")
        >>> fitting_batch_size(48, step)
        12

        ```
    """
    while batch_size:
        try:
            step(batch_size)
        except torch.OutOfMemoryError:
            batch_size //= 2
        else:
            return batch_size
    raise ValueError(
        "the GPU has too little memory for a batch of one text: take a smaller encoder, freeze more layers "
        "(num_frozen_text_layers, --frozen-layers), or free the memory that other programs hold"
    )
