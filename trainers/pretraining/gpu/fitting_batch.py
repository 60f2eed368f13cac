"""The largest batch that a GPU has the memory for, halved from the one that was asked for."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from datasets import Dataset

from ..pair_loss_trainer import PairLossTrainer

logger = logging.getLogger(__name__)


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
        >>> from nuner.trainers.pretraining.gpu.fitting_batch import fitting_batch_size
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


def fit_batch(trainer: PairLossTrainer, features: Dataset) -> None:
    """Let a trainer take the batch that fits into memory, and as many of them a step as make up for it.

    Args:
        trainer: The trainer; its arguments are changed where its batch does not fit.
        features: What it learns from; a step on the longest texts is tried.

    Raises:
        ValueError: If not even one text fits.
    """
    args, collator = trainer.args, trainer.data_collator
    longest_first = np.argsort(-np.asarray(features["length"][:]), kind="stable")
    trained = [p for p in trainer.model.parameters() if p.requires_grad]
    # A length that is new is computed beside the memory of those that were captured.
    copies = 2 if collator.packer is not None and collator.packer.rounded else 1

    def step(size: int) -> None:
        batch = trainer._prepare_inputs(collator([features[int(i)] for i in longest_first[:size]]))
        try:
            moments = [torch.empty_like(p) for p in trained for _ in range(2)]  # what AdamW will hold
            with torch.random.fork_rng(), trainer.compute_loss_context_manager():
                outputs: list[Any] = [trainer._encode(trainer.model, batch) for _ in range(copies)]
                vectors = [v for o in outputs for v in (o.token_embeddings, o.concept_embeddings)]
                torch.stack([v.float().sum() for v in vectors]).sum().backward()
            del moments
        finally:
            trainer.model.zero_grad()

    wanted = args.per_device_train_batch_size
    fitting = torch.tensor(fitting_batch_size(wanted, step), device=args.device)
    if args.world_size > 1:
        dist.all_reduce(fitting, dist.ReduceOp.MIN)
    size = int(fitting)
    if size == wanted:
        return
    args.per_device_train_batch_size = size
    trainer._train_batch_size = args.train_batch_size
    args.gradient_accumulation_steps *= -(-wanted // size)
    logger.warning(
        "The GPU has too little memory for batches of %d texts: it gets %d at a time, in steps of %d batches; a token "
        "meets the concepts of its own batch only.",
        wanted,
        size,
        args.gradient_accumulation_steps,
    )
