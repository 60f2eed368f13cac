"""The texts that may come next, and which of them teaches most."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import torch
from torch.nn.functional import normalize

from .instant_head import InstantHead, LearntText
from .pool_vectors import PoolVectors

# What is looked at before each text: enough to choose from, in some 60 megabytes and 30 milliseconds.
_MOST_TEXTS = 2000
_MOST_WORDS = 40_000
# With fewer left of those that were drawn, or with so many times the texts to draw from, others are drawn.
_LEAST_LEFT = 0.75
_MOST_GROWTH = 1.1

# Share of the candidates that counts as doubtful, and how many of them are drawn to take the most different one.
_DOUBTFUL = 0.1
_DRAWN = 8


class Candidates:
    """Some of the texts that are not labelled yet, with their vectors in memory.

    Args:
        pool: Vectors of the texts.
        numbers: Numbers of texts that may come next and have vectors, in random order; as many are taken as are
            looked at at once.

    Attributes:
        numbers: The texts that were taken, `(texts,)`.
    """

    def __init__(self, pool: PoolVectors, numbers: Sequence[int]) -> None:
        taken, parts, words = [], [], 0
        for number in numbers:
            vectors = pool.of(number).vectors
            if len(taken) == _MOST_TEXTS or words + len(vectors) > _MOST_WORDS:
                break
            if len(vectors):
                taken.append(number)
                parts.append(vectors)
                words += len(vectors)
        self.numbers = np.array(taken, dtype=np.int64)
        self._are_all, self._pool_size = len(taken) == len(numbers), len(pool)
        self._vectors = np.concatenate(parts).astype(np.float32) if parts else np.zeros((0, pool.hidden), np.float32)
        self._starts = np.cumsum([0, *map(len, parts)])[:-1]
        self._mean = torch.from_numpy(self._vectors.mean(0)) if parts else torch.zeros(pool.hidden)
        self._centers = self._centers_of(
            torch.tensor_split(torch.from_numpy(self._vectors), self._starts[1:].tolist())
        )

    def are_stale(self, closed: Collection[int], pool: PoolVectors) -> bool:
        """Tell whether others should be drawn.

        Args:
            closed: Texts that cannot come next any more.
            pool: Vectors of the texts.
        """
        if self._are_all:
            return len(pool) > _MOST_GROWTH * self._pool_size
        left = len(self.numbers) - int(np.isin(self.numbers, list(closed)).sum())
        return left < _LEAST_LEFT * len(self.numbers)

    def choose(self, head: InstantHead, closed: Collection[int], learnt: Sequence[LearntText]) -> int | None:
        """Choose a text that teaches much.

        Of the texts with most words of which the head does not know whether they are of one type or another, or of
        none (the margin between the two most probable ones, summed over the words), some are drawn, and of these the
        one that is least like those that are labelled is taken. Always to take the most doubtful one would fill the
        labelled texts with odd ones.

        Args:
            head: The head of now.
            closed: Texts that cannot come next.
            learnt: The labelled texts.

        Returns:
            Its number; None if no candidate is left.
        """
        open_ones = np.flatnonzero(~np.isin(self.numbers, list(closed)))
        if not len(open_ones):
            return None
        best = head.logits(self._vectors).softmax(1).topk(2, dim=1).values
        doubt = np.add.reduceat((1 - (best[:, 0] - best[:, 1])).numpy(), self._starts)[open_ones]
        doubtful = open_ones[np.argsort(-doubt, kind="stable")[: max(1, int(_DOUBTFUL * len(open_ones)))]]
        drawn = np.random.default_rng(len(learnt)).permutation(doubtful)[:_DRAWN]
        if not learnt:
            return int(self.numbers[drawn[0]])
        likeness = self._centers[drawn] @ self._centers_of([text.vectors for text in learnt]).T
        return int(self.numbers[drawn[int(likeness.amax(1).argmin())]])

    def _centers_of(self, texts: Sequence[torch.Tensor]) -> torch.Tensor:
        if not len(self.numbers):
            return torch.zeros(0, len(self._mean))
        return normalize(torch.stack([vectors.mean(0) for vectors in texts]) - self._mean, dim=1)
