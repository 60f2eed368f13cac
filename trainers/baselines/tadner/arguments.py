"""Arguments of TadNER."""

from __future__ import annotations

import math
from dataclasses import dataclass

# Bounds of the passes over a source that are not told.
_LEAST_EPOCHS, _LEAST_STEPS = 3, 120

_LEAST = {
    "source_epochs": 1,
    "batch_size": 1,
    "steps": 0,
    "patience": 1,
    "trained_layers": 1,
    "averaged_layers": 1,
    "max_length": 8,
}


@dataclass(frozen=True)
class TadNerArguments:
    """How the two networks learn, first from a source and then from the examples of new types.

    Args:
        source_epochs: Passes over the source; when left out 3, or as many as a small source needs for 120 steps.
        source_learning_rate: Learning rate on the source.
        batch_size: Sentences a step on the source.
        steps: Steps of each network on the examples at most, all of which are in each step.
        patience: After so many steps in a row without a lower loss there are no more.
        learning_rate: Learning rate on the examples.
        trained_layers: How many layers, the highest ones, the examples train; all, if not given.
        averaged_layers: The type classifier's vectors are means over so many layers, the highest ones; when left out
            it is 1 for a NuNER checkpoint, which has all of its knowledge there, and else 4 (section 4.2).
        temperature: Similarities are divided by it.
        max_length: Longest row, in tokens; longer sentences are split into windows.

    Raises:
        ValueError: If an argument makes no sense.

    Example:
        ```python
        >>> from nuner.trainers.baselines.tadner.arguments import TadNerArguments
        >>> TadNerArguments(steps=0).patience
        3

        ```
    """

    source_epochs: int | None = None
    source_learning_rate: float = 1e-4
    batch_size: int = 32
    steps: int = 30
    patience: int = 3
    learning_rate: float = 1e-4
    trained_layers: int | None = None
    averaged_layers: int | None = None
    temperature: float = 0.1
    max_length: int = 256

    def __post_init__(self) -> None:
        """Check the arguments."""
        for name, least in _LEAST.items():
            value = getattr(self, name)
            if value is not None and value < least:
                raise ValueError(f"{name} is {value}; it must be at least {least}.")
        for name in ("source_learning_rate", "learning_rate", "temperature"):
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) > 0):
                raise ValueError(f"{name} is {getattr(self, name)}; it must be above 0.")

    def epochs_over(self, num_sentences: int) -> int:
        """Return the passes over a source.

        Args:
            num_sentences: Size of the source.
        """
        if self.source_epochs is not None:
            return self.source_epochs
        steps_an_epoch = math.ceil(num_sentences / self.batch_size)
        return max(_LEAST_EPOCHS, math.ceil(_LEAST_STEPS / steps_an_epoch))
