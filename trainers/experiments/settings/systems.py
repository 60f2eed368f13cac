"""What settings say about systems that are compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from ..cells.encoder import Encoder
from ..cells.pretraining import Pretraining
from ..systems.frozen_encoder import FrozenEncoder
from ..systems.recognizers import FineTuned, ZeroShot
from ..systems.system import System
from .encoders import EncoderSettings
from .fine_tuning import FineTuningSettings
from .reading import Settings


class WithEncoder(Settings):
    """A system that begins with an encoder.

    Args:
        encoder: The encoder.
    """

    encoder: EncoderSettings

    def runs(self, name: str) -> Sequence[Encoder | Pretraining]:
        """Return the encoder, or what trains it, a cell for each seed.

        Args:
            name: What to call it.
        """
        return self.encoder.runs(name)


class FrozenSettings(WithEncoder):
    """A linear layer on a frozen encoder.

    Args:
        method: `frozen`.
    """

    method: Literal["frozen"]

    def system(self, bf16: bool) -> System:
        """Return the system.

        Args:
            bf16: Compute in bfloat16 where the system can.
        """
        return FrozenEncoder(bf16=bf16)


class FineTunedSettings(WithEncoder):
    """A recognizer of which everything is trained.

    Args:
        method: `fine-tuned`.
        recipe: How it is trained.
    """

    method: Literal["fine-tuned"]
    recipe: FineTuningSettings = FineTuningSettings()

    def system(self, bf16: bool) -> System:
        """Return the system.

        Args:
            bf16: Compute in bfloat16 where the system can.
        """
        return FineTuned(self.recipe.preset, self.recipe.arguments, bf16)


class ZeroShotSettings(WithEncoder):
    """A bi-encoder that is told the names of the types alone.

    Args:
        method: `zero-shot`.
        descriptions: Type -> what is compared in place of its name.
        threshold: Probability from which a word belongs to a type.
    """

    method: Literal["zero-shot"]
    descriptions: dict[str, str] = Field(default_factory=dict)
    threshold: float | None = Field(None, gt=0, lt=1)

    def system(self, bf16: bool) -> System:
        """Return the system, which computes in float32.

        Args:
            bf16: Not looked at.
        """
        return ZeroShot(self.descriptions, self.threshold)


SystemSettings: TypeAlias = Annotated[
    FrozenSettings | FineTunedSettings | ZeroShotSettings, Field(discriminator="method")
]
"""Any system that can be compared."""
