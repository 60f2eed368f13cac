"""What settings say about systems that are compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from ..cells.encoder import Encoder
from ..cells.pretraining import Pretraining
from ..systems.frozen_encoder import FrozenEncoder
from ..systems.recognizers import FineTuned, ZeroShot
from ..systems.system import System
from ..systems.universal_ner import UniversalNer, UniversalNerServer
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


class WithoutEncoder(Settings):
    """A system that begins with something else than an encoder."""

    def runs(self, name: str) -> Sequence[None]:
        """Return that there is one run, without an encoder.

        Args:
            name: Not looked at.
        """
        return [None]


class UniversalNerSettings(WithoutEncoder):
    """A language model that is fine-tuned on conversations and asked for one type after the other.

    Args:
        method: `universal-ner`.
        model: Folder, Hub id or `.gguf` file of the language model.
        arguments: Arguments that replace those of A.4.
    """

    method: Literal["universal-ner"]
    model: str
    arguments: dict[str, Any] = Field(default_factory=dict)

    def system(self, bf16: bool) -> System:
        """Return the system.

        Args:
            bf16: Compute in bfloat16.
        """
        return UniversalNer(self.model, {"bf16": bf16, **self.arguments})


class UniversalNerServerSettings(WithoutEncoder):
    """A language model behind a server that is asked for one type after the other, without an example.

    Args:
        method: `universal-ner-server`.
        model: The model's name at the server.
        base_url: The server's address.
        max_tokens: Longest answer, in tokens.
        prices: Dollars for a million tokens, sent and received.
    """

    method: Literal["universal-ner-server"]
    model: str
    base_url: str | None = None
    max_tokens: int = Field(256, gt=0)
    prices: tuple[float, float] | None = None

    def system(self, bf16: bool) -> System:
        """Return the system.

        Args:
            bf16: Not looked at.
        """
        return UniversalNerServer(self.model, self.base_url, self.max_tokens, self.prices)


SystemSettings: TypeAlias = Annotated[
    FrozenSettings | FineTunedSettings | ZeroShotSettings | UniversalNerSettings | UniversalNerServerSettings,
    Field(discriminator="method"),
]
"""Any system that can be compared."""
