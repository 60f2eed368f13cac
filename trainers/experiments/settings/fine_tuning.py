"""What settings say about fine-tuning."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator, model_validator

from ...fine_tuning.arguments import FINETUNING_PRESETS, FineTuningArguments
from .given_arguments import check_arguments
from .reading import Settings, nearest

# To stop early needs sentences that a sample of few examples has none of.
_NOT_GIVEN = {"output_dir", "resume_from_checkpoint", "early_stopping_patience"}


class FineTuningSettings(Settings):
    """How recognizers are fine-tuned; the name of the preset alone will do.

    Args:
        preset: A preset of `FineTuningArguments`.
        arguments: Its other arguments, such as `learning_rate`.
    """

    preset: str = "default"
    arguments: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _of_preset_alone(cls, value: Any) -> Any:
        return {"preset": value} if isinstance(value, str) else value

    @field_validator("preset")
    @classmethod
    def _known_preset(cls, name: str) -> str:
        if name not in FINETUNING_PRESETS:
            raise ValueError(f"there is no such preset; {nearest(name, FINETUNING_PRESETS)}")
        return name

    @field_validator("arguments")
    @classmethod
    def _known_arguments(cls, arguments: dict[str, Any]) -> dict[str, Any]:
        return check_arguments(FineTuningArguments, arguments, _NOT_GIVEN)
