"""Arguments of fine-tuning, with presets."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from transformers import TrainingArguments

from nuner.modeling_nuner.devices import bf16_is_fast, is_accelerator_available

from .model_labels import MODEL_SCHEMES

# Chosen on held-out training sentences of MIT Restaurant and Movie and BioNLP 2004 for 4 to 1,000 examples a type
# (docs/results.md, "Fine-tuning").
DEFAULT: dict[str, Any] = {
    "learning_rate": 1e-4,
    "per_device_train_batch_size": 8,
    "weight_decay": 0.01,
    "warmup_steps": 0.1,
}

# Section 4.1: one linear layer on the frozen encoder. The layer is solved for, so there is no step to take.
PROBE: dict[str, Any] = {"train_encoder": False, "classifier_init": "solver", "num_train_epochs": 0}

# Section 6: two fully connected layers with dropout, everything trained for 30 epochs. The paper names no rate.
SECTION_6: dict[str, Any] = {
    "num_classifier_layers": 2,
    "num_train_epochs": 30,
    "learning_rate": 2e-4,
    "per_device_train_batch_size": 8,
    "weight_decay": 0.01,
    "warmup_steps": 0.1,
}

# Adapters need a higher learning rate than the weights that they stand for.
LORA: dict[str, Any] = {**DEFAULT, "lora_rank": 16, "learning_rate": 2e-3}

CLASSIFIER_INITS = ("auto", "names", "solver", "random")

FINETUNING_PRESETS = {"default": DEFAULT, "probe": PROBE, "section-6": SECTION_6, "lora": LORA}

# Bounds of the length of a training that is not told; see fitting_epochs.
_EPOCHS, _LEAST_STEPS, _MOST_STEPS, _LEAST_EPOCHS = 30, 120, 3000, 3


def fitting_epochs(num_sentences: int, batch_size: int) -> int:
    """Choose passes over a training set that neither stop a small one too soon nor take hours over a large one.

    Args:
        num_sentences: Size of the training set.
        batch_size: Sentences a step.

    Returns:
        Number of epochs.

    Example:
        ```python
        >>> from nuner.trainers.fine_tuning.arguments import fitting_epochs
        >>> [fitting_epochs(n, batch_size=8) for n in (8, 64, 1000, 100_000)]
        [120, 30, 24, 3]

        ```
    """
    steps_an_epoch = math.ceil(num_sentences / batch_size)
    most = max(_LEAST_EPOCHS, _MOST_STEPS // steps_an_epoch)
    return min(most, max(_EPOCHS, math.ceil(_LEAST_STEPS / steps_an_epoch)))


@dataclass
class FineTuningArguments(TrainingArguments):
    """`transformers.TrainingArguments` and what the fine-tuning of a recognizer adds to them.

    Args:
        label_scheme: `"plain"` for the entity types alone as labels, `"IOB2"`, or `"auto"`, see `model_labels`.
        num_classifier_layers: 1 (linear, section 4.1), which exports as a plain token classifier, or 2 (section 6).
        classifier_dropout: Probability of dropout in front of each layer of the classifier.
        classifier_init: `"names"` starts a linear classifier at the vectors that the checkpoint's concept encoder
            has for the names of the labels, `"solver"` at the optimum for the encoder as it is, `"random"` at small
            random numbers; `"auto"` is names where the checkpoint has a concept encoder, else random.
        train_encoder: Whether the encoder is trained too, or stays frozen (section 4.1).
        frozen_share: Share of the encoder's layers, the lowest ones, that stay frozen, and the embeddings with them;
            0 freezes nothing.
        head_learning_rate: Learning rate of the classifier; `learning_rate` when left out.
        layer_decay: Each layer's learning rate is so many times that of the layer above.
        class_weights: `"balanced"` weighs each label in the loss by the inverse square root of its frequency.
        lora_rank: Train adapters of this rank in place of the encoder's weights; 0 for none.
        lora_dropout: Probability of dropout in front of the adapters.
        early_stopping_patience: Stop when the F1 on the evaluation set has not risen for so many epochs, and go back
            to the best one.
        max_length: Longest row, in tokens; longer texts are split into windows.

    Raises:
        ValueError: If an argument makes no sense.

    Example:
        ```python
        >>> from nuner import FineTuningArguments
        >>> FineTuningArguments.preset("section-6", output_dir="runs/tickets").num_classifier_layers
        2

        ```
    """

    label_scheme: str = field(default="auto", metadata={"help": "'plain', 'IOB2' or 'auto'."})
    num_classifier_layers: int = field(default=1, metadata={"help": "1 (linear) or 2."})
    classifier_dropout: float = field(default=0.1, metadata={"help": "Dropout of the classifier."})
    classifier_init: str = field(default="auto", metadata={"help": "'names', 'solver', 'random' or 'auto'."})
    train_encoder: bool = field(default=True, metadata={"help": "Whether the encoder is trained too."})
    frozen_share: float = field(default=0.0, metadata={"help": "Share of lowest layers that are not trained."})
    head_learning_rate: float | None = field(default=None, metadata={"help": "For the classifier."})
    layer_decay: float = field(default=1.0, metadata={"help": "Ratio of the rates of neighboring layers."})
    class_weights: str | None = field(default=None, metadata={"help": "'balanced' or nothing."})
    lora_rank: int = field(default=0, metadata={"help": "Rank of LoRA adapters; 0 for none."})
    lora_dropout: float = field(default=0.1, metadata={"help": "Dropout of the adapters."})
    early_stopping_patience: int | None = field(default=None, metadata={"help": "Epochs without progress."})
    max_length: int = field(default=256, metadata={"help": "Longest row, in tokens."})
    # Rows carry the number of their sentence, which the model does not take; the collator drops it.
    remove_unused_columns: bool = field(default=False, metadata={"help": "Leave this off."})
    save_strategy: str = field(default="no", metadata={"help": "When to write checkpoints."})
    report_to: str | list[str] | None = field(default="none", metadata={"help": "Where to report to."})
    logging_steps: float = field(default=50, metadata={"help": "Steps between two reports."})
    per_device_eval_batch_size: int = field(default=64, metadata={"help": "Rows a batch of evaluation."})
    bf16: bool = field(default_factory=bf16_is_fast, metadata={"help": "Where the machine is fast at it."})

    def __post_init__(self) -> None:
        """Check the added arguments."""
        # transformers refuses bf16 without an accelerator unless it is told that the CPU is meant.
        if not is_accelerator_available():
            self.use_cpu = True
        if self.early_stopping_patience is not None:
            self.eval_strategy = self.save_strategy = "epoch"
            self.load_best_model_at_end, self.metric_for_best_model = True, "f1"
            self.save_total_limit, self.save_only_model = 1, True
        super().__post_init__()
        if self.label_scheme not in MODEL_SCHEMES:
            raise ValueError(f"label_scheme is {self.label_scheme!r}; it must be one of {', '.join(MODEL_SCHEMES)}.")
        if self.classifier_init not in CLASSIFIER_INITS:
            raise ValueError(
                f"classifier_init is {self.classifier_init!r}; it must be one of {', '.join(CLASSIFIER_INITS)}."
            )
        if self.classifier_init in ("names", "solver") and self.num_classifier_layers != 1:
            raise ValueError(
                f"a classifier of two layers cannot start at {self.classifier_init!r}; set classifier_init to "
                "'random'."
            )
        if self.class_weights not in (None, "balanced"):
            raise ValueError(f"class_weights is {self.class_weights!r}; it must be 'balanced' or None.")
        if not 0 < self.layer_decay <= 1:
            raise ValueError(f"layer_decay is {self.layer_decay}; it must be above 0 and at most 1.")
        if not 0 <= self.frozen_share < 1:
            raise ValueError(f"frozen_share is {self.frozen_share}; it must be at least 0 and below 1.")
        if self.lora_rank < 0:
            raise ValueError(f"lora_rank is {self.lora_rank}; it must be 0 (no adapters) or more.")
        if self.lora_rank and not self.train_encoder:
            raise ValueError("a frozen encoder has no adapters to train; set lora_rank to 0 or train_encoder to True.")

    @classmethod
    def preset(cls, name: str, num_sentences: int | None = None, **overrides: Any) -> FineTuningArguments:
        """Make the arguments of a preset.

        Args:
            name: `"default"`; `"probe"`, the linear layer on a frozen encoder of section 4.1; `"section-6"`, two
                layers with dropout, everything trained for 30 epochs; or `"lora"`.
            num_sentences: Size of the training set, which decides on the number of epochs where the preset and the
                overrides do not.
            **overrides: Arguments that replace those of the preset; `output_dir` at least.

        Returns:
            The arguments.

        Raises:
            ValueError: If there is no such preset, or an argument makes no sense.

        Example:
            ```python
            >>> from nuner import FineTuningArguments
            >>> args = FineTuningArguments.preset("default", num_sentences=64, output_dir="runs/tickets")
            >>> args.learning_rate, args.num_train_epochs
            (0.0001, 30)

            ```
        """
        if name not in FINETUNING_PRESETS:
            raise ValueError(f"There is no preset {name!r}; choose from {', '.join(sorted(FINETUNING_PRESETS))}.")
        args = cls(**{**FINETUNING_PRESETS[name], **overrides})
        if num_sentences and not {"num_train_epochs", "max_steps"} & {*FINETUNING_PRESETS[name], *overrides}:
            args.num_train_epochs = fitting_epochs(num_sentences, args.train_batch_size)
        return args
