"""Batches of texts of similar length, in an order that a seed and an epoch decide."""

from __future__ import annotations

import random
from array import array
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from torch.utils.data import Sampler
from transformers import TrainerCallback

# Batches that are sorted among themselves: enough for little padding, few enough for random company.
BATCHES_A_POOL = 50


class LengthGroupedSampler(Sampler[int]):
    """Random order in which neighbors are of similar length.

    That of transformers draws from the global random state, so a resumed run sees another order. This one depends
    on nothing but the seed and the epoch.

    Args:
        lengths: Length of each text, in tokens.
        batch_size: Texts a batch.
        seed: Seed of the order.
        batches_a_pool: Batches that are sorted among themselves; with 1 all batches are random.

    Example:
        ```python
        >>> from nuner.trainers.pretraining.length_sampler import LengthGroupedSampler
        >>> sampler = LengthGroupedSampler([9, 3, 8, 2], batch_size=2)
        >>> order = list(sampler)
        >>> sorted([sorted(order[:2]), sorted(order[2:])])  # the long texts together, and the short ones
        [[0, 2], [1, 3]]

        ```
    """

    def __init__(
        self, lengths: Sequence[int], batch_size: int, seed: int = 0, batches_a_pool: int = BATCHES_A_POOL
    ) -> None:
        # Arrays of machine numbers: a corpus may have millions of texts.
        self.lengths = array("l", lengths)
        self.batch_size = batch_size
        self.seed = seed
        self.batches_a_pool = batches_a_pool
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the order of an epoch.

        Args:
            epoch: Its number, from 0.
        """
        self.epoch = epoch

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.lengths)

    def __iter__(self) -> Iterator[int]:
        """Iterate over the places of the texts, in the order of the epoch."""
        shuffle = random.Random(f"{self.seed}-{self.epoch}").shuffle
        order = array("l", range(len(self.lengths)))
        shuffle(order)
        batches: list[array[int]] = []
        pool = self.batch_size * self.batches_a_pool
        for start in range(0, len(order), pool):
            similar = array("l", sorted(order[start : start + pool], key=lambda i: self.lengths[i]))
            batches += [similar[i : i + self.batch_size] for i in range(0, len(similar), self.batch_size)]
        # Only the last batch of a data loader may be smaller.
        small = [b for b in batches if len(b) < self.batch_size]
        batches = [b for b in batches if len(b) == self.batch_size]
        shuffle(batches)
        return chain.from_iterable(batches + small)


class EpochCallback(TrainerCallback):
    """Tell a sampler which epoch begins, in a resumed run too.

    Args:
        sampler: The sampler.
    """

    def __init__(self, sampler: LengthGroupedSampler) -> None:
        self.sampler = sampler

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Choose the order of the epoch."""
        self.sampler.set_epoch(int(state.epoch or 0))
