"""Where the types are among the vectors of spans: prototypes from names and examples, and how far they reach."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import normalize

FALSE_SPAN = -1
"""In place of a type: a span that is near none."""


@dataclass(frozen=True)
class Prototypes:
    """A prototype for each type, and the similarity that a span must have with one of them.

    Args:
        names: Unit vectors of the types' names, `(types, hidden)`.
        examples: Unit vectors of the mean of the types' spans in the support, `(types, hidden)`; that of the name
            where there is no span.
        threshold: Spans that are less similar to each prototype are none of these types.

    Example:
        ```python
        >>> import torch
        >>> from nuner.trainers.baselines.tadner.prototypes import Prototypes
        >>> names = torch.eye(3)[:2]
        >>> prototypes = Prototypes.of(names, spans=torch.tensor([[0.8, 0.0, 0.6]]), types=torch.tensor([0]))
        >>> prototypes.threshold
        0.8...
        >>> prototypes.nearest(torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])).tolist()
        [0, -1]

        ```
    """

    names: Tensor
    examples: Tensor
    threshold: float

    @classmethod
    def of(cls, names: Tensor, spans: Tensor, types: Tensor) -> Prototypes:
        """Make the prototypes of names and a support.

        Args:
            names: Unit vectors of the types' names, `(types, hidden)`.
            spans: Unit vectors of the support's spans, `(spans, hidden)`.
            types: The type of each span, `(spans,)`.

        Returns:
            The prototypes; the threshold is the least similarity of a span of the support with its type's name.
        """
        sums = torch.zeros_like(names).index_add(0, types, spans)
        supported = torch.bincount(types, minlength=len(names)) > 0
        own = (spans * names[types]).sum(-1)
        return cls(
            names=names,
            examples=torch.where(supported[:, None], normalize(sums, dim=-1), names),
            threshold=own.min().item() if len(own) else -1.0,
        )

    def nearest(self, spans: Tensor) -> Tensor:
        """Give each span the type of the nearest prototype, unless it is far from all of them.

        Args:
            spans: Unit vectors of spans, `(spans, hidden)`.

        Returns:
            Types, `FALSE_SPAN` for spans that are filtered out, `(spans,)`.
        """
        similarity, nearest = ((spans @ self.names.T + spans @ self.examples.T) / 2).max(-1)
        return torch.where(similarity >= self.threshold, nearest, FALSE_SPAN)
