"""What settings say about fine-tuning."""

from __future__ import annotations

from typing import ClassVar

from ...fine_tuning.arguments import FINETUNING_PRESETS, FineTuningArguments
from .given_arguments import PresetSettings


class FineTuningSettings(PresetSettings):
    """How recognizers are fine-tuned; the name of the preset alone will do.

    Args:
        preset: A preset of `FineTuningArguments`.
        arguments: Its other arguments, such as `learning_rate`.
    """

    presets: ClassVar = FINETUNING_PRESETS
    kind: ClassVar = FineTuningArguments
    # To stop early needs sentences that a sample of few examples has none of.
    not_given: ClassVar = {"output_dir", "resume_from_checkpoint", "early_stopping_patience"}

    preset: str = "default"
