"""The texts that may come next, and which of them teaches most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np

from .instant_head import InstantHead, LearntText
from .pool_vectors import PoolVectors

# What is looked at: enough to choose from, in some 20 megabytes and as many milliseconds before each text.
_MOST_TEXTS = 2000
_MOST_WORDS = 40_000
# With fewer left of those that were drawn, or with so many times the texts to draw from, others are drawn. That takes
# half a second or more where there are many, so it is done seldom.
_LEAST_LEFT = 0.75
_MOST_GROWTH = 2

# Words of the candidates that stand for all words. How many, how sharp and how the next text is chosen was decided on
# held-out training texts of MIT Movie, MIT Restaurant and the support tickets: figures in docs/results/studio.md.
_REFERENCES = 2000
# Power to which cosines are raised: how near a labelled word must be to teach something about a word.
_SHARPNESS = 4
# Added to the labels of each type: the first ones count much, but not all.
_LABELS_BEFORE = 1


class Candidates:
    """Some of the texts that are not labelled yet, and how near their words are to those that stand for all.

    Args:
        pool: Vectors of the texts.
        numbers: Numbers of texts that may come next and have vectors, in random order; as many are taken as are
            looked at at once.

    Attributes:
        numbers: The texts that were taken.
    """

    def __init__(self, pool: PoolVectors, numbers: Sequence[int]) -> None:
        taken: dict[int, np.ndarray] = {}
        words = 0
        for number in numbers:
            vectors = pool.of(number).vectors
            if len(taken) == _MOST_TEXTS or words + len(vectors) > _MOST_WORDS:
                break
            if len(vectors):
                taken[number] = vectors
                words += len(vectors)
        self.numbers = tuple(taken)
        self._are_all, self._pool_size = len(taken) == len(numbers), len(pool)
        vectors = np.concatenate([np.zeros((0, pool.hidden), np.float16), *taken.values()])
        some = np.random.default_rng(0).permutation(len(vectors))[:_REFERENCES]
        self._mean = vectors.sum(0, dtype=np.float32) / max(1, len(vectors))
        self._references = vectors[some].astype(np.float32)
        self._directions = self._directions_of(self._references)
        self._nearness = {number: self._nearness_of(vectors) for number, vectors in taken.items()}

    def are_stale(self, closed: Collection[int], pool: PoolVectors) -> bool:
        """Tell whether others should be drawn.

        Args:
            closed: Texts that cannot come next any more.
            pool: Vectors of the texts.
        """
        if self._are_all:
            return len(pool) > _MOST_GROWTH * self._pool_size
        return sum(number not in closed for number in self.numbers) < _LEAST_LEFT * len(self.numbers)

    def choose(
        self, head: InstantHead, learnt: Sequence[tuple[int, LearntText]], closed: Collection[int]
    ) -> int | None:
        """Choose the text that teaches most.

        Some words stand for all. What a text teaches about one of them is how much nearer its nearest word comes than
        those of all closed texts do, times how much there is to learn: the doubt of the head about the word, which is
        the negative logarithm of the probability of its best class, times the need of the types that the word may be
        of, which falls with the root of their labels. So texts are chosen that are like many doubtful ones, and unlike
        each other: weighted facility location, chosen greedily.

        Args:
            head: The head of now.
            learnt: Numbers of the texts that it learnt from, and these.
            closed: Texts that cannot come next.

        Returns:
            Its number; None if no candidate is left.
        """
        open_ones = [number for number in self.numbers if number not in closed]
        if not open_ones:
            return None
        for number, text in learnt:
            if number not in self._nearness and len(text.types):
                self._nearness[number] = self._nearness_of(text.vectors.numpy())
        known = [nearness for number, nearness in self._nearness.items() if number in closed]
        covered = np.max(known, axis=0) if known else 0.0
        nearer = np.maximum(np.stack([self._nearness[number] for number in open_ones]) - covered, 0)
        return open_ones[int((nearer @ self._to_learn(head, learnt)).argmax())]

    def _to_learn(self, head: InstantHead, learnt: Sequence[tuple[int, LearntText]]) -> np.ndarray:
        """Return how much there is to learn about each of the words that stand for all, `(references,)`."""
        probabilities = head.logits(self._references).softmax(1).numpy()
        labels = Counter(kind for _, text in learnt for *_, kind in text.entities)
        needs = np.array([_LABELS_BEFORE + labels[each.number] for each in head.types]) ** -0.5
        of_types = probabilities[:, 1:] / probabilities[:, 1:].sum(1, keepdims=True).clip(1e-9)
        return -np.log(probabilities.max(1)) * (of_types @ needs)

    def _nearness_of(self, vectors: np.ndarray) -> np.ndarray:
        """Return how near the nearest word of a text comes to each of those that stand for all, `(references,)`."""
        return (self._directions_of(vectors) @ self._directions.T).max(0).clip(0) ** _SHARPNESS

    def _directions_of(self, vectors: np.ndarray) -> np.ndarray:
        centered = vectors.astype(np.float32) - self._mean
        return centered / np.linalg.norm(centered, axis=1, keepdims=True).clip(1e-6)
