"""What may be chosen about ProtoBERT, NNShot and StructShot."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

NearestMethod = Literal["proto", "nnshot", "structshot"]
"""`proto`: ProtoBERT, the nearest prototype; `nnshot`: the nearest word; `structshot`: NNShot with transitions."""


@dataclass(frozen=True)
class NearestArguments:
    """Arguments of `learn_nearest_classes`.

    Args:
        method: `proto` (ProtoBERT), `nnshot` or `structshot`.
        layers: A word's vector is the mean of so many of the encoder's last layers.
        epochs: How often the training episodes are gone through; 0: the encoder stays as it is.
        learning_rate: Its highest value, after the first tenth of the steps; from there it falls to 0.
        episodes_per_step: Episodes whose losses make one step.
        tau: How much StructShot's transitions count; the smaller, the less. Few-NERD has 0.32 for one shot and 0.434
            for five, on distances in another unit.

    Raises:
        ValueError: If a value makes no sense.

    Example:
        ```python
        >>> from nuner.trainers.baselines.nearest_neighbour.arguments import NearestArguments
        >>> NearestArguments("structshot", tau=0.5).learning_rate
        0.0001

        ```
    """

    method: NearestMethod = "proto"
    layers: int = 1
    epochs: int = 1
    learning_rate: float = 1e-4
    episodes_per_step: int = 4
    tau: float = 1.0

    def __post_init__(self) -> None:
        if self.method not in get_args(NearestMethod):
            raise ValueError(f"method is {self.method!r}; it must be one of {', '.join(get_args(NearestMethod))}")
        for name, least in {"layers": 1, "epochs": 0, "episodes_per_step": 1}.items():
            if getattr(self, name) < least:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least {least}")
        if not 0 < self.learning_rate < math.inf:
            raise ValueError(f"learning_rate is {self.learning_rate}; it must be more than 0")
        if not 0 <= self.tau < math.inf:
            raise ValueError(f"tau is {self.tau}; it must be at least 0")
