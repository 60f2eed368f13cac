"""How labels follow one another whatever the types are, and the best labels of a sentence (StructShot)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from nuner.data_builders.labelled.tag_spelling import OUTSIDE

# The least probability of a transition: what was never seen is not impossible.
_LEAST = 1e-6


@dataclass(frozen=True)
class AbstractTransitions:
    """Probabilities of what follows what, learnt from other types than those that are looked for.

    Each holds that of `O` and that of an entity; behind a word of an entity those of `O`, of the same type and of
    another one (Yang and Katiyar, 2020).

    Args:
        start: Of the first label of a sentence.
        outside: Behind `O`.
        inside: Behind a word of an entity.

    Example:
        ```python
        >>> from nuner.trainers.baselines.nearest_neighbour.abstract_transitions import AbstractTransitions
        >>> AbstractTransitions.of([["O", "city", "city", "O"], ["O", "drug", "drug", "city"]])
        AbstractTransitions(start=(1.0, 0.0), outside=(0.0, 1.0), inside=(0.25, 0.5, 0.25))

        ```
    """

    start: tuple[float, float]
    outside: tuple[float, float]
    inside: tuple[float, float, float]

    @classmethod
    def of(cls, sentences: Iterable[Sequence[str]]) -> AbstractTransitions:
        """Count what follows what.

        Args:
            sentences: The labels of each, without `B-` and `I-`.

        Returns:
            Shares of the counts; equal ones where nothing was counted.
        """
        start, outside, inside = [0, 0], [0, 0], [0, 0, 0]
        for labels in sentences:
            if labels:
                start[labels[0] != OUTSIDE] += 1
            for before, after in pairwise(labels):
                if before == OUTSIDE:
                    outside[after != OUTSIDE] += 1
                else:
                    inside[0 if after == OUTSIDE else 1 if after == before else 2] += 1
        return cls(*(tuple(_shares(counts)) for counts in (start, outside, inside)))  # pyright: ignore[reportArgumentType]

    def log_probabilities(self, num_types: int, tau: float) -> tuple[Tensor, Tensor]:
        """Spread the probabilities over types, of which each is as likely as another.

        Args:
            num_types: Number of types.
            tau: Power that probabilities are raised to before they are made to sum to 1 again: below 1 it brings them
                nearer to one another, so that the words count for more.

        Returns:
            Logarithms of the probabilities of the first class, `(classes,)`, and of a class behind another, `(classes
            before, classes)`. Class 0 is `O`.
        """
        before_types = [probability / num_types for probability in (self.start[1], self.outside[1])]
        start = torch.tensor([self.start[0]] + [before_types[0]] * num_types)
        transitions = torch.full((num_types + 1, num_types + 1), self.inside[2] / max(1, num_types - 1))
        transitions.fill_diagonal_(self.inside[1])
        transitions[1:, 0] = self.inside[0]
        transitions[0] = torch.tensor([self.outside[0]] + [before_types[1]] * num_types)
        return _sharpened(start, tau), _sharpened(transitions, tau)


def best_path(scores: Tensor, start: Tensor, transitions: Tensor) -> list[int]:
    """Find the most probable classes of a sentence's words (Viterbi's algorithm).

    Args:
        scores: Log-probabilities of the classes of each word, `(words, classes)`.
        start: Log-probabilities of the first class, `(classes,)`.
        transitions: Log-probabilities of a class behind another, `(classes before, classes)`.

    Returns:
        A class for each word.

    Example:
        ```python
        >>> import torch
        >>> from nuner.trainers.baselines.nearest_neighbour.abstract_transitions import best_path
        >>> scores = torch.tensor([[0.1, 0.9], [0.55, 0.45]]).log()
        >>> best_path(scores, torch.tensor([0.5, 0.5]).log(), torch.tensor([[0.5, 0.5], [0.1, 0.9]]).log())
        [1, 1]

        ```
    """
    if not len(scores):
        return []
    best, came_from = start + scores[0], []
    for word in scores[1:]:
        best, before = (best[:, None] + transitions).max(0)
        best = best + word
        came_from.append(before)
    path = [int(best.argmax())]
    for before in reversed(came_from):
        path.append(int(before[path[-1]]))
    return path[::-1]


def _shares(counts: Sequence[int]) -> list[float]:
    total = sum(counts)
    return [count / total if total else 1 / len(counts) for count in counts]


def _sharpened(probabilities: Tensor, tau: float) -> Tensor:
    powers = probabilities**tau
    return (powers / powers.sum(-1, keepdim=True).clamp_min(_LEAST)).clamp_min(_LEAST).log()
