"""The texts that may come next, and which of them teaches most."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from .instant_head import InstantHead
from .pool_vectors import PoolVectors

# What is looked at before each text: enough to choose from, in some 60 megabytes and 30 milliseconds.
_MOST_TEXTS = 2000
_MOST_WORDS = 40_000
# With fewer left of those that were drawn, or with so many times the texts to draw from, others are drawn.
_LEAST_LEFT = 0.75
_MOST_GROWTH = 1.1

# Share of the candidates that count as doubtful. The last of some 35 ways to choose that were compared on held-out
# training texts of MIT Movie, MIT Restaurant and the support tickets, so that these figures flatter it (quickstart
# encoder, 3 seeds): F1 after 65 texts is 64.1, 57.9 and 53.5, that of a random order 61.2, 53.7 and 52.4, and after
# 100 texts 63.5, 57.4 and 54.3. To take the most doubtful text itself gained less. Not measured on test texts.
_DOUBTFUL = 0.2


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
        self._words = np.array([len(part) for part in parts])

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

    def choose(self, head: InstantHead, closed: Collection[int], draw: int) -> int | None:
        """Choose a text that teaches much.

        The head's doubt about a word is the negative logarithm of the probability of its best class; that about a text
        is the sum over its words, divided by the root of their number, so that long texts do not always win. One of
        the most doubtful texts is drawn at random: always to take the first one would fill the labelled texts with odd
        ones that are like each other.

        Args:
            head: The head of now.
            closed: Texts that cannot come next.
            draw: Number of the draw; another one draws another text.

        Returns:
            Its number; None if no candidate is left.
        """
        open_ones = np.flatnonzero(~np.isin(self.numbers, list(closed)))
        if not len(open_ones):
            return None
        doubt = -head.logits(self._vectors).log_softmax(1).amax(1).numpy()
        of_texts = (np.add.reduceat(doubt, self._starts) / np.sqrt(self._words))[open_ones]
        doubtful = open_ones[np.argsort(-of_texts, kind="stable")[: max(1, int(_DOUBTFUL * len(open_ones)))]]
        return int(self.numbers[np.random.default_rng(draw).choice(doubtful)])
