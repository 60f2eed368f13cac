"""The linear classifier that is fitted anew after every text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from nuner.data_builders.labelled.projects.answers import Label
from nuner.data_builders.labelled.projects.entity_types import EntityType
from nuner.modeling_nuner.recognition.decoding import LabelDecoder, TypeDecoder, WordSpans
from nuner.modeling_nuner.recognition.labels.label_table import LabelTable

from ..few_shot.linear_heads import DEFAULT_L2, fit_linear_heads

# Penalty on the biases: a tenth of that on the weights lets a head learn how rare entities are, which their names do
# not tell. On held-out training texts of MIT Movie, MIT Restaurant and the support tickets (quickstart, 8 seeds) it
# brought 2.0, 0.4 and 0.6 points of F1, mean over 8 to 80 texts; a quarter brought less, a twentieth the same.
_BIAS_L2 = DEFAULT_L2 / 10
# With a beginning near the minimum more steps or a finer one change no suggestion.
_TOLERANCE = 1e-3
_MOST_STEPS = 40


class LearntText(NamedTuple):
    """A labelled text as a head learns it and is measured on it.

    Args:
        labels: Its labels.
        vectors: Vectors of its words in float32, `(words, hidden)`.
        types: Number of the type of each word, 0 outside all labels, `(words,)`.
        entities: First word, last word and number of the type of each label; the last is before the first where a
            label covers no word.
    """

    labels: tuple[Label, ...]
    vectors: torch.Tensor
    types: np.ndarray
    entities: tuple[tuple[int, int, int], ...]

    @classmethod
    def of(cls, labels: tuple[Label, ...], vectors: np.ndarray, start: np.ndarray, end: np.ndarray) -> LearntText:
        """Bring labels to words; a label covers each word that it touches.

        Args:
            labels: The labels; of those that share a word the longest says its type.
            vectors: Vectors of the words, `(words, hidden)`.
            start: Character with which each begins, `(words,)`.
            end: Behind its last character, `(words,)`.

        Example:
            ```python
            >>> from nuner.trainers.active_learning.instant_head import LearntText
            >>> words = np.zeros((3, 2)), np.array([0, 3, 7]), np.array([2, 6, 9])
            >>> text = LearntText.of((Label(4, 9, 7),), *words)
            >>> text.types.tolist(), text.entities
            ([0, 7, 7], ((1, 2, 7),))

            ```
        """
        firsts = np.searchsorted(end, [label.start for label in labels], side="right").tolist()
        behind = np.searchsorted(start, [label.end for label in labels]).tolist()
        entities = tuple((a, b - 1, label.type) for a, b, label in zip(firsts, behind, labels, strict=True))
        types = np.zeros(len(start), dtype=np.int64)
        for first, last, kind in sorted(entities, key=lambda entity: entity[1] - entity[0]):
            types[first : last + 1] = kind
        return cls(labels, torch.from_numpy(np.asarray(vectors, dtype=np.float32)), types, entities)


class InstantHead(NamedTuple):
    """A linear layer from vectors of words to no entity and the types of a project at one moment.

    Args:
        types: The types; class i + 1 is the i-th.
        layer: From vectors of words to logits.
        texts: Labelled texts that it was fitted to; 0 where it knows the names alone.
    """

    types: tuple[EntityType, ...]
    layer: nn.Linear
    texts: int

    @torch.no_grad()
    def logits(self, vectors: np.ndarray) -> torch.Tensor:
        """Compute the logits of words.

        Args:
            vectors: Their vectors in float16 or float32, `(words, hidden)`.

        Returns:
            The logits, `(words, 1 + types)`.
        """
        return self.layer(torch.from_numpy(np.asarray(vectors, dtype=np.float32)))

    def spans(self, vectors: np.ndarray, text_starts: np.ndarray | None = None) -> WordSpans:
        """Find the entities of texts.

        Args:
            vectors: Vectors of their words, one text after the other, `(words, hidden)`.
            text_starts: Place of the first word of each text, `(texts,)`; one text if not given.

        Returns:
            The entities as ranges of words; a type is its place in `types`.
        """
        starts = np.zeros(1, dtype=np.int64) if text_starts is None else text_starts
        # The names of types may be anything, and nothing is told by them here.
        names = [str(each.number) for each in self.types]
        decoder = LabelDecoder(LabelTable.of_types(names)) if self.texts else TypeDecoder(names)
        return decoder(self.logits(vectors).numpy(), starts)


def fit_heads(
    samples: Sequence[Sequence[LearntText]],
    types: Sequence[EntityType],
    named: nn.Linear | None,
    before: InstantHead | None = None,
) -> list[InstantHead]:
    """Fit heads to labelled texts.

    Args:
        samples: The texts of each head; each has a word.
        types: The types.
        named: What the encoder makes of their names, to which the heads are drawn.
        before: A head to begin with, perhaps of other types.

    Returns:
        The heads.
    """
    place = np.zeros(1 + max(each.number for each in types), dtype=np.int64)
    place[[each.number for each in types]] = np.arange(1, 1 + len(types))
    start = None if before is None else _carried_over(before, types, named)
    fitted = fit_linear_heads(
        [torch.cat([text.vectors for text in texts]) for texts in samples],
        [torch.from_numpy(np.concatenate([place[text.types] for text in texts])) for texts in samples],
        1 + len(types),
        bias_l2=_BIAS_L2,
        origins=None if named is None else [named] * len(samples),
        starts=None if start is None else [start] * len(samples),
        tolerance=_TOLERANCE,
        max_iterations=_MOST_STEPS,
    )
    return [
        InstantHead(tuple(types), _linear(weight.T, bias), len(texts))
        for weight, bias, texts in zip(fitted.weight, fitted.bias, samples, strict=True)
    ]


@torch.no_grad()
def _carried_over(before: InstantHead, types: Sequence[EntityType], named: nn.Linear | None) -> nn.Linear:
    """Return an earlier head for the types of now; new ones begin with their names."""
    hidden = before.layer.in_features
    start = _linear(torch.zeros(1 + len(types), hidden), torch.zeros(1 + len(types)))
    if named is not None:
        start.load_state_dict(named.state_dict())
    old = {0: 0, **{each.number: row for row, each in enumerate(before.types, start=1)}}
    for row, number in enumerate([0, *(each.number for each in types)]):
        if number in old:
            start.weight[row], start.bias[row] = before.layer.weight[old[number]], before.layer.bias[old[number]]
    return start


def _linear(weight: torch.Tensor, bias: torch.Tensor) -> nn.Linear:
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    layer.weight = nn.Parameter(weight.contiguous(), requires_grad=False)
    layer.bias = nn.Parameter(bias, requires_grad=False)
    return layer
