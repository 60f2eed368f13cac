"""Arguments of the fine-tuning of a language model on conversations (A.4)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from datasets import Dataset
from transformers import TrainingArguments

from nuner.data_builders.labelled.samples.k_shot import annotation_counts
from nuner.modeling_nuner.devices import bf16_is_fast, is_accelerator_available

_LORA_LEARNING_RATE, _FULL_LEARNING_RATE = 2e-4, 2e-5
_MANY_STEPS, _FEW_STEPS = 16, 4


def epochs_and_accumulation(k: int) -> tuple[int, int]:
    """Return the passes and the accumulated steps of A.4.

    Args:
        k: Examples of the rarest type.

    Returns:
        20 epochs for 8 examples, 15 for 16 and 32, 10 for 64; 4 accumulated steps for 8 examples, and otherwise the 16
        of the authors' own code.

    Example:
        ```python
        >>> from nuner.trainers.baselines.universal_ner.arguments import epochs_and_accumulation
        >>> [epochs_and_accumulation(k) for k in (8, 16, 32, 64)]
        [(20, 4), (15, 16), (15, 16), (10, 16)]

        ```
    """
    if k < 16:
        return 20, _FEW_STEPS
    return (15 if k < 64 else 10), _MANY_STEPS


@dataclass
class UniversalNerArguments(TrainingArguments):
    """`transformers.TrainingArguments` with the defaults of UniversalNER's authors, and what adapters add to them.

    Args:
        lora_rank: Train adapters of this rank on all linear layers in place of the weights; 0 trains the weights.
        lora_dropout: Probability of dropout in front of the adapters.
        longest: Tokens of a question with its text and answer, at most.

    Raises:
        ValueError: If an argument makes no sense.

    Example:
        ```python
        >>> from nuner.trainers.baselines.universal_ner.arguments import UniversalNerArguments
        >>> UniversalNerArguments(output_dir="runs/x", lora_rank=8).per_device_train_batch_size
        2

        ```
    """

    lora_rank: int = field(default=16, metadata={"help": "Rank of LoRA adapters; 0 for none."})
    lora_dropout: float = field(default=0.05, metadata={"help": "Dropout of the adapters."})
    longest: int = field(default=1024, metadata={"help": "Tokens of a question with its text and answer."})
    per_device_train_batch_size: int = field(default=2, metadata={"help": "Conversations at once."})
    weight_decay: float = field(default=0.0, metadata={"help": "Weight decay."})
    warmup_steps: float = field(default=0.04, metadata={"help": "Share of the steps."})
    lr_scheduler_type: str = field(default="cosine", metadata={"help": "Course of the learning rate."})
    remove_unused_columns: bool = field(default=False, metadata={"help": "Leave this off."})
    save_strategy: str = field(default="no", metadata={"help": "When to write checkpoints."})
    report_to: str | list[str] | None = field(default="none", metadata={"help": "Where to report to."})
    logging_steps: float = field(default=10, metadata={"help": "Steps between two reports."})
    bf16: bool = field(default_factory=bf16_is_fast, metadata={"help": "Where the machine is fast at it."})

    def __post_init__(self) -> None:
        """Check the added arguments."""
        if self.lora_rank < 0:
            raise ValueError(f"lora_rank is {self.lora_rank}; it must be 0 (no adapters) or more.")
        if not is_accelerator_available():
            self.use_cpu = True  # transformers refuses bf16 without an accelerator otherwise
        super().__post_init__()

    @classmethod
    def for_sample(cls, train: Dataset, **overrides: Any) -> UniversalNerArguments:
        """Make the arguments that A.4 has for a training set of its size.

        The learning rate is the authors' 2e-5, or 2e-4 for adapters.

        Args:
            train: The labelled sentences.
            **overrides: Arguments that replace these; `output_dir` at least.
        """
        rate = _LORA_LEARNING_RATE if overrides.get("lora_rank", cls.lora_rank) else _FULL_LEARNING_RATE
        counts = sum(annotation_counts(train), Counter[str]())
        epochs, steps = epochs_and_accumulation(min(counts.values(), default=0))
        arguments = {"learning_rate": rate, "num_train_epochs": epochs, "gradient_accumulation_steps": steps}
        return cls(**{**arguments, **overrides})
