"""Arguments of the contrastive pre-training, with presets."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any, cast

from transformers import TrainingArguments

from nuner.modeling_nuner.devices import is_accelerator_available

from .losses.contrastive_bce import ContrastiveBCELoss
from .losses.contrastive_loss import ContrastiveLoss, check_loss, check_normalization
from .validation.measured_part import MAX_EVAL_SAMPLES

# Section 3.3 of the paper.
PAPER: dict[str, Any] = {
    "num_train_epochs": 10,
    "learning_rate": 3e-5,
    "per_device_train_batch_size": 48,
    "per_device_eval_batch_size": 48,
    "adam_beta1": 0.9,
    "adam_beta2": 0.999,
    "adam_epsilon": 1e-6,
    "weight_decay": 0.01,
    "lr_scheduler_type": "linear",
    "warmup_steps": 0.1,
    "num_frozen_text_layers": 6,
    "loss_normalization": "pairs",
}

# For some thousand passages and a six-layer encoder, in minutes on a CPU. Why it differs from the paper is measured
# in docs/results.md: few steps need a higher learning rate; a mean over all pairs, nearly all of them negative, gives
# gradients near the size of Adam's epsilon; the concept encoder, a sentence encoder from the start, needs little
# training, the text encoder more.
QUICKSTART: dict[str, Any] = {
    **PAPER,
    "num_train_epochs": 3,
    "learning_rate": 5e-4,
    "num_frozen_text_layers": 1,
    "num_frozen_concept_layers": 5,
    "cache_frozen_layers": True,
    "loss_normalization": "positives",
}

# The same for an encoder of twelve layers such as MPNet or RoBERTa-base, a quarter of an hour on one core.
# The lower half of the text encoder stays as it is, as in the paper, and a deeper encoder takes a smaller step.
BASE: dict[str, Any] = {
    **QUICKSTART,
    "learning_rate": 3e-4,
    "num_frozen_text_layers": 6,
    "num_frozen_concept_layers": 11,
}

PRESETS = {"paper": PAPER, "quickstart": QUICKSTART, "base": BASE}

# Fields of `NuNerConfig` that go with each preset.
MODEL_FIELDS: dict[str, dict[str, Any]] = {
    "paper": {"temperature": 5.0, "concept_pooling": "cls"},
    "quickstart": {"temperature": 5.0, "concept_pooling": "mean"},
    "base": {"temperature": 5.0, "concept_pooling": "mean"},
}


@dataclass
class ContrastiveTrainingArguments(TrainingArguments):
    """`transformers.TrainingArguments` and what contrastive pre-training adds to them.

    Args:
        num_frozen_text_layers: Lowest layers of the text encoder that are not trained (section 3.3), embeddings
            included; 0 trains everything.
        num_frozen_concept_layers: The same for the concept encoder.
        cache_frozen_layers: Compute the output of the frozen layers once and keep it in memory, 4 bytes x hidden
            size a token. Not done where that is more than 2 GiB, or training ends before each sentence was read.
        concept_learning_rate: Learning rate of the concept encoder; `learning_rate` when left out.
        loss_normalization: What the summed loss is divided by: `"pairs"`, all (token, concept) pairs of the batch
            (the paper), or `"positives"`, those that agree. A loss that the trainer is given says so itself, and
            the trainer's copy of the arguments then has what it says.
        max_length: Longest text, in tokens; what is beyond is cut, with its entities.
        max_concept_length: Longest concept name, in tokens.
        max_eval_samples: Validation sentences that are measured, during the training and at its end: a random part,
            the same in every run. None measures all of them, however many there are.
        packing: Lay texts, and concept names, end to end instead of padding them. When left out: on a CUDA device in
            half precision. Batches are random then: none needs texts of one length.

    Attributes:
        loss: In the trainer's copy of the arguments the `repr` of the loss, where it is not `default_loss()`. The loss
            itself is handed to the trainer, not given here.

    Raises:
        ValueError: If `loss_normalization` is neither of the two, or nothing shall be measured.

    Example:
        ```python
        >>> from nuner import ContrastiveTrainingArguments
        >>> args = ContrastiveTrainingArguments.preset("paper", output_dir="runs/nuner")
        >>> args.learning_rate, args.num_frozen_text_layers
        (3e-05, 6)

        ```
    """

    num_frozen_text_layers: int = field(default=0, metadata={"help": "Lowest text layers that are not trained."})
    num_frozen_concept_layers: int = field(default=0, metadata={"help": "Lowest concept layers, likewise."})
    cache_frozen_layers: bool = field(default=False, metadata={"help": "Keep the output of frozen layers."})
    concept_learning_rate: float | None = field(default=None, metadata={"help": "For the concept encoder."})
    loss_normalization: str = field(default="positives", metadata={"help": "'positives' or 'pairs'."})
    max_length: int = field(default=256, metadata={"help": "Longest text, in tokens."})
    max_concept_length: int = field(default=16, metadata={"help": "Longest concept name, in tokens."})
    max_eval_samples: int | None = field(
        default=MAX_EVAL_SAMPLES, metadata={"help": "Validation sentences that are measured."}
    )
    packing: bool | None = field(default=None, metadata={"help": "No padding; on GPUs when left out."})
    # For the account of the run, in checkpoints and on the model's card.
    loss: str | None = field(default=None, init=False)
    # The collator needs columns that are no arguments of the model.
    remove_unused_columns: bool = field(default=False, metadata={"help": "Leave this off."})
    # All trained parameters take part in every step: a batch has at least one concept.
    ddp_find_unused_parameters: bool | None = field(default=False, metadata={"help": "Leave this off."})
    train_sampling_strategy: str = field(
        default="group_by_length", metadata={"help": "'group_by_length', 'random' or 'sequential'."}
    )

    def __post_init__(self) -> None:
        """Check the added arguments."""
        # Unless told that the CPU is meant, transformers refuses bf16 on it, and torch warns about memory to pin.
        if not is_accelerator_available():
            self.use_cpu = True
        super().__post_init__()
        check_normalization(self.loss_normalization)
        if self.max_eval_samples is not None and self.max_eval_samples < 1:
            raise ValueError(f"max_eval_samples is {self.max_eval_samples}; it must be at least 1, or None for all.")

    @property
    def packs(self) -> bool:
        """Whether encoders that can read packed rows shall."""
        if self.packing is not None:
            return self.packing
        return self.device.type == "cuda" and self.n_gpu == 1 and (self.bf16 or self.fp16)

    def check_depths(self, text_layers: int, concept_layers: int) -> None:
        """Check that some layers of both encoders are trained.

        Args:
            text_layers: Layers that the text encoder has.
            concept_layers: Layers that the concept encoder has.

        Raises:
            ValueError: If as many are frozen, or more.
        """
        given = {
            "num_frozen_text_layers (--frozen-layers)": (self.num_frozen_text_layers, text_layers),
            "num_frozen_concept_layers (--frozen-concept-layers)": (self.num_frozen_concept_layers, concept_layers),
        }
        for option, (frozen, layers) in given.items():
            if frozen < layers:
                continue
            fitting = [
                name
                for name, preset in PRESETS.items()
                if preset.get("num_frozen_text_layers", 0) < text_layers
                and preset.get("num_frozen_concept_layers", 0) < concept_layers
            ]
            advice = f", or take the preset {fitting[0]!r}, which fits encoders of this depth" if fitting else ""
            raise ValueError(
                f"{option} is {frozen}, and the encoder has {layers} layers, of which some must be trained: set it to "
                f"{layers - 1} or less{advice}."
            )

    def default_loss(self) -> ContrastiveBCELoss:
        """Return what is learnt from where the trainer is given no loss.

        Returns:
            The loss of the paper, divided by `loss_normalization`.
        """
        return ContrastiveBCELoss(cast(Any, self.loss_normalization))

    def with_loss(self, loss: ContrastiveLoss) -> ContrastiveTrainingArguments:
        """Return a copy that notes what is learnt from.

        Args:
            loss: What the trainer was given.

        Returns:
            The copy, with its `loss_normalization`, and with its `repr` where that does not say it all.

        Raises:
            TypeError: If it is no loss.
            ValueError: If it is divided by something else than positives or pairs.
        """
        check_loss(loss)
        noted = copy.copy(self)
        noted.loss_normalization = loss.normalization
        noted.loss = repr(loss) if loss != noted.default_loss() else None
        return noted

    def to_dict(self) -> dict[str, Any]:
        """Return the arguments as they are saved.

        Returns:
            Those that can be given, and `loss` where it is another one than the default.
        """
        values = super().to_dict()
        return values if self.loss is None else {**values, "loss": self.loss}

    @classmethod
    def preset(cls, name: str, **overrides: Any) -> ContrastiveTrainingArguments:
        """Return the arguments of a preset.

        Args:
            name: `"paper"` (section 3.3: RoBERTa-base on a million sentences), `"quickstart"` (some thousand passages
                and an encoder of six layers, minutes on a CPU) or `"base"` (the same for twelve layers).
            **overrides: Arguments that replace those of the preset; `output_dir` at least.

        Returns:
            The arguments.

        Raises:
            ValueError: If there is no such preset.
        """
        _check_preset(name)
        return cls(**{**PRESETS[name], **overrides})


def preset_model_fields(name: str) -> dict[str, Any]:
    """Return the fields of the model's configuration that go with a preset.

    Args:
        name: `"paper"`, `"quickstart"` or `"base"`.

    Returns:
        Fields for `NuNerForPreTraining.from_encoders`.

    Raises:
        ValueError: If there is no such preset.

    Example:
        ```python
        >>> from nuner.trainers.pretraining.arguments import preset_model_fields
        >>> preset_model_fields("paper")["temperature"]
        5.0

        ```
    """
    _check_preset(name)
    return dict(MODEL_FIELDS[name])


def _check_preset(name: str) -> None:
    if name not in PRESETS:
        raise ValueError(f"There is no preset {name!r}; choose from {', '.join(sorted(PRESETS))}.")
