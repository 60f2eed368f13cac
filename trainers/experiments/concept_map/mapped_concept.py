"""A concept with its place on the map."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class MappedConcept:
    """A concept with its place on the map.

    Args:
        concept: Its name.
        count: Its annotations in the corpus.
        x: Place from left (-1) to right (1).
        y: Place from bottom (-1) to top (1).
        color: Red, green and blue as `#rrggbb`.
        nearest: Names of the concepts with the nearest vectors, the nearest first.

    Example:
        ```python
        >>> from nuner.trainers.experiments.concept_map.mapped_concept import MappedConcept
        >>> round(MappedConcept("city", 99, 0.1, -0.4, "#1f5fa8", ("town", "village")).size, 2)
        4.61

        ```
    """

    concept: str
    count: int
    x: float
    y: float
    color: str
    nearest: tuple[str, ...]

    @property
    def size(self) -> float:
        """How large its disk is: log(1 + count), so that a concept that was seen once has one, too."""
        return math.log1p(self.count)
