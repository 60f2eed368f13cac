"""What settings say about systems that are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, Field, NonNegativeFloat, field_validator

from ...baselines.tadner.arguments import TadNerArguments
from ...baselines.universal_ner.arguments import UniversalNerArguments
from ..cells.argument_types import check_types
from ..cells.encoder import Encoder
from ..cells.trained_encoder import TrainedEncoder
from ..systems.frozen_encoder import FrozenEncoder
from ..systems.language_models import AskedByType, InContext, Server, TunedByType
from ..systems.recognizers import FineTuned, ZeroShot
from ..systems.system import System
from ..systems.tadner import TadNer
from .encoders import EncoderSettings
from .fine_tuning import FineTuningSettings
from .given_arguments import check_arguments
from .reading import Settings, known_keys

_NOT_GIVEN = {"output_dir", "resume_from_checkpoint"}


def _not_blank(descriptions: dict[str, str]) -> dict[str, str]:
    for name, description in descriptions.items():
        if not description.strip():
            raise ValueError(f"the description of {name!r} is blank; leave it out")
    return descriptions


Descriptions: TypeAlias = Annotated[dict[str, str], AfterValidator(_not_blank)]
"""Type -> what a system is told about it."""


class WithEncoder(Settings):
    """A system that begins with an encoder.

    Args:
        encoder: The encoder.
    """

    encoder: EncoderSettings

    def runs(self, name: str) -> Sequence[Encoder | TrainedEncoder]:
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
    descriptions: Descriptions = Field(default_factory=dict)
    threshold: float | None = Field(None, gt=0, lt=1)

    def system(self, bf16: bool) -> System:
        """Return the system, which computes in float32.

        Args:
            bf16: Not looked at.
        """
        return ZeroShot(self.descriptions, self.threshold)


class TadNerSettings(WithEncoder):
    """TadNER, which learns from the sample alone.

    Args:
        method: `tadner`.
        arguments: Fields of `TadNerArguments`, such as `steps`.
        descriptions: Type -> what is read in place of its name.
    """

    method: Literal["tadner"]
    arguments: dict[str, Any] = Field(default_factory=dict)
    descriptions: Descriptions = Field(default_factory=dict)

    @field_validator("arguments")
    @classmethod
    def _known_arguments(cls, arguments: dict[str, Any]) -> dict[str, Any]:
        known_keys(arguments, TadNerArguments.__dataclass_fields__)
        check_types(TadNerArguments, arguments)
        TadNerArguments(**arguments)
        return arguments

    def system(self, bf16: bool) -> System:
        """Return the system, which computes in float32.

        Args:
            bf16: Not looked at.
        """
        return TadNer(TadNerArguments(**self.arguments), self.descriptions)


class WithServer(Settings):
    """A system that asks a language model behind a server of the OpenAI protocol; the key is in the environment.

    Args:
        model: The model's name at the server.
        base_url: The server's address.
        prices: US dollars for a million tokens sent, and received.
        max_tokens: Longest reply to one sentence, in tokens.
        concurrency: Requests at once.
        timeout: Seconds to wait for a reply; a long prompt takes a small machine minutes.
        max_attempts: A sentence has failed after so many replies that are of no use.
    """

    model: str = Field(min_length=1)
    base_url: str | None = None
    prices: tuple[NonNegativeFloat, NonNegativeFloat] | None = None
    max_tokens: int = Field(2048, ge=1)
    concurrency: int = Field(16, ge=1)
    timeout: float = Field(60.0, gt=0)
    max_attempts: int = Field(6, ge=1)

    @property
    def server(self) -> Server:
        """The language model."""
        return Server(**self.model_dump(include={field.name for field in fields(Server)}))

    def runs(self, name: str) -> list[None]:
        """Return that there is no encoder.

        Args:
            name: Not looked at.
        """
        return [None]


class InContextSettings(WithServer):
    """A language model that sees types and sample in its prompt.

    Args:
        method: `llm`.
        examples: Whether it sees the sample.
        descriptions: Type -> what it is told about it.
    """

    method: Literal["llm"]
    examples: bool = True
    descriptions: Descriptions = Field(default_factory=dict)

    def system(self, bf16: bool) -> System:
        """Return the system.

        Args:
            bf16: Not looked at.
        """
        return InContext(self.server, self.examples, self.descriptions)


class AskedByTypeSettings(WithServer):
    """A UniversalNER model behind a server.

    Args:
        method: `universal-ner-server`.
    """

    method: Literal["universal-ner-server"]

    def system(self, bf16: bool) -> System:
        """Return the system.

        Args:
            bf16: Not looked at.
        """
        return AskedByType(self.server)


class TunedByTypeSettings(Settings):
    """A language model that is fine-tuned as UniversalNER on the sample.

    Args:
        method: `universal-ner`.
        model: Folder, Hub id or `.gguf` file of the language model.
        examples: Whether it learns from the sample; otherwise it answers as it is.
        arguments: Fields of `UniversalNerArguments` that replace those of A.4.
        max_new_tokens: Longest answer, in tokens.
    """

    method: Literal["universal-ner"]
    model: str = Field(min_length=1)
    examples: bool = True
    arguments: dict[str, Any] = Field(default_factory=dict)
    max_new_tokens: int = Field(64, ge=1)

    @field_validator("arguments")
    @classmethod
    def _known_arguments(cls, arguments: dict[str, Any]) -> dict[str, Any]:
        return check_arguments(UniversalNerArguments, arguments, _NOT_GIVEN)

    def runs(self, name: str) -> list[None]:
        """Return that there is no encoder.

        Args:
            name: Not looked at.
        """
        return [None]

    def system(self, bf16: bool) -> System:
        """Return the system.

        Args:
            bf16: Compute in bfloat16.
        """
        return TunedByType(self.model, self.examples, {**self.arguments, "bf16": bf16}, self.max_new_tokens)


SystemSettings: TypeAlias = Annotated[
    FrozenSettings
    | FineTunedSettings
    | ZeroShotSettings
    | TadNerSettings
    | InContextSettings
    | AskedByTypeSettings
    | TunedByTypeSettings,
    Field(discriminator="method"),
]
"""Any system that can be compared."""
