"""A cell that fine-tunes a recognizer on few labelled examples and measures it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

from ...few_shot.samplings import K_TO_2K, SAMPLINGS
from ...few_shot.task import prepare_task
from ...fine_tuning.arguments import FineTuningArguments
from ...fine_tuning.run import finetune
from ..runner.cell import Cell, Known
from .argument_types import check_types
from .encoder import Encoder
from .labelled_data import LabelledData
from .trained_encoder import TrainedEncoder, bi_encoder

ENTITY_F1, TOKEN_F1 = "f1", "token_macro_f1"
_KEPT = (ENTITY_F1, "strict_f1", "macro_f1", TOKEN_F1)


@dataclass(frozen=True)
class FineTuning(Cell):
    """Train a whole recognizer on one sample, and measure it (section 6). The recognizer is not kept.

    Args:
        name: What to call the recognizer in tables.
        data_name: What to call the data in tables.
        encoder: The encoder that it begins as, or the cell that trains that.
        data: What is sampled from and measured on.
        k: Size of the sample.
        sample: Number of the sample, and seed of the training.
        sampling: What k counts, a key of `SAMPLINGS`.
        max_test_sentences: Measure on so many sentences; on all if not given.
        preset: Preset of the training arguments.
        arguments: Training arguments that replace those of the preset.
        bf16: Compute in bfloat16.

    Example:
        ```python
        >>> from nuner.trainers.experiments.cells.encoder import Encoder
        >>> from nuner.trainers.experiments.cells.fine_tuning import FineTuning
        >>> from nuner.trainers.experiments.cells.labelled_data import LabelledData
        >>> FineTuning("RoBERTa", "tickets", Encoder("roberta-base"), LabelledData("support-tickets"), k=8).title
        'Fine-tuning RoBERTa on tickets, k=8, sample 0'

        ```
    """

    kind: ClassVar[str] = "fine-tuning"

    name: str = field(compare=False)
    data_name: str = field(compare=False)
    encoder: Encoder | TrainedEncoder
    data: LabelledData
    k: int
    sample: int = 0
    sampling: str = K_TO_2K
    max_test_sentences: int | None = None
    preset: str = "default"
    arguments: Mapping[str, Any] = field(default_factory=dict)
    bf16: bool = False

    @property
    def title(self) -> str:
        """What is computed, for the user who waits."""
        return f"Fine-tuning {self.name} on {self.data_name}, k={self.k}, sample {self.sample}"

    def check(self) -> None:
        """Find out whether encoder and data exist, and whether the arguments make sense.

        Raises:
            ValueError: If an argument makes no sense, or a folder holds no encoder.
            FileNotFoundError: If the encoder or the data set does not exist.
        """
        super().check()
        if isinstance(self.encoder, Encoder):
            self.encoder.check()
        check_types(FineTuningArguments, self.arguments)
        FineTuningArguments.preset(self.preset, output_dir="unused", bf16=self.bf16, **self.arguments)

    def compute(self, known: Known, tell: Callable[[str], None]) -> dict[str, Any]:
        """Train and measure.

        Args:
            known: Where the encoder lies that another cell has trained.
            tell: Not called.

        Returns:
            `scores` in percent, as `entity_scores` names them, and what was trained on how much.
        """
        task = prepare_task(
            self.data.splits,
            self.data_name,
            (self.k,),
            self.sample + 1,
            max_test_sentences=self.max_test_sentences,
            sampling=SAMPLINGS[self.sampling],
        )
        sample = task.train.select(task.samples[self.k, self.sample])
        with TemporaryDirectory() as folder:
            trainer = finetune(
                bi_encoder(self.encoder, known),
                sample,
                folder,
                preset=self.preset,
                seed=self.sample,
                bf16=self.bf16,
                **self.arguments,
            )
            figures = trainer.evaluate(task.test)
        args: Any = trainer.args
        return {
            "scores": {name: 100 * figures[f"eval_{name}"] for name in _KEPT},
            "sentences": {"train": len(sample), "test": len(task.test)},
            "epochs": args.num_train_epochs,
            "steps": trainer.state.global_step,
            "classifier_init": args.classifier_init,
        }
