"""Arguments of TadNER."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class TadNerArguments:
    """How the two networks learn, first from a source and then from the examples of new types.

    Args:
        source_epochs: Passes over the source.
        source_learning_rate: Learning rate on the source.
        batch_size: Sentences a step on the source.
        frozen_share: Share of the encoder's layers, the lowest ones, that the source does not train, and the
            embeddings with them.
        steps: Steps of each network on the examples, all of which are in each step.
        learning_rate: Learning rate on the examples.
        trained_layers: How many layers, the highest ones, the examples train.
        averaged_layers: The type classifier's vectors are means over so many layers, the highest ones; when left out
            it is 1 for a NuNER checkpoint, which has all of its knowledge there, and else 4 (section 4.2).
        temperature: Similarities are divided by it.
        max_length: Longest row, in tokens; longer sentences are split into windows.

    Raises:
        ValueError: If an argument makes no sense.

    Example:
        ```python
        >>> from nuner.trainers.baselines.tadner.arguments import TadNerArguments
        >>> TadNerArguments(steps=0).trained_layers
        3

        ```
    """

    source_epochs: int = 3
    source_learning_rate: float = 1e-4
    batch_size: int = 32
    frozen_share: float = 0.0
    steps: int = 5
    learning_rate: float = 1e-4
    trained_layers: int = 3
    averaged_layers: int | None = None
    temperature: float = 0.1
    max_length: int = 256

    def __post_init__(self) -> None:
        """Check the arguments."""
        least = {"source_epochs": 0, "batch_size": 1, "steps": 0, "trained_layers": 1, "max_length": 8}
        for name, bound in least.items():
            if getattr(self, name) < bound:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least {bound}.")
        if self.averaged_layers is not None and self.averaged_layers < 1:
            raise ValueError(f"averaged_layers is {self.averaged_layers}; it must be at least 1.")
        for name in ("source_learning_rate", "learning_rate", "temperature"):
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) > 0):
                raise ValueError(f"{name} is {getattr(self, name)}; it must be above 0.")
        if not 0 <= self.frozen_share < 1:
            raise ValueError(f"frozen_share is {self.frozen_share}; it must be at least 0 and below 1.")
