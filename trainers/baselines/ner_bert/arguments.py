"""Presets of the pre-training by token classification."""

from __future__ import annotations

from typing import Any

from ...fine_tuning.arguments import FineTuningArguments

# Section 4.1: as NER-BERT, and as NuNER with the lower half frozen. What Liu et al. do not state is as in section 3.3.
PAPER: dict[str, Any] = {
    "num_train_epochs": 10,
    "learning_rate": 3e-5,
    "per_device_train_batch_size": 48,
    "per_device_eval_batch_size": 48,
    "adam_epsilon": 1e-6,
    "weight_decay": 0.01,
    "warmup_steps": 0.1,
    "frozen_share": 0.5,
    "class_weights": "balanced",
    "train_sampling_strategy": "group_by_length",
}

# As `quickstart` and `base` of the contrastive pre-training: few steps need a higher learning rate, and of six layers
# one stays frozen.
QUICKSTART: dict[str, Any] = {**PAPER, "num_train_epochs": 3, "learning_rate": 5e-4, "frozen_share": 1 / 6}
BASE: dict[str, Any] = {**QUICKSTART, "learning_rate": 3e-4, "frozen_share": 0.5}

TYPE_PRESETS = {"paper": PAPER, "quickstart": QUICKSTART, "base": BASE}


def preset_arguments(name: str, **overrides: Any) -> FineTuningArguments:
    """Make the arguments of a preset.

    Args:
        name: `"paper"`, `"quickstart"` or `"base"`, for the same encoders and corpora as those of the contrastive
            pre-training.
        **overrides: Arguments that replace those of the preset; `output_dir` at least.

    Returns:
        The arguments.

    Raises:
        ValueError: If there is no such preset, or an argument makes no sense.

    Example:
        ```python
        >>> from nuner.trainers.baselines.ner_bert.arguments import preset_arguments
        >>> preset_arguments("paper", output_dir="runs/ner-bert").frozen_share
        0.5

        ```
    """
    if name not in TYPE_PRESETS:
        raise ValueError(f"There is no preset {name!r}; choose from {', '.join(sorted(TYPE_PRESETS))}.")
    return FineTuningArguments(**{**TYPE_PRESETS[name], **overrides})
