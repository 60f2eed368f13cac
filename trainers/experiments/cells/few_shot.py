"""A cell that measures a frozen encoder with few labelled examples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ...few_shot.comparison import compare_encoders
from ...few_shot.linear_heads import DEFAULT_L2
from ...few_shot.result import NAMED
from ...few_shot.task import FewShotTask, prepare_task
from ...few_shot.word_vectors import NoVectorsError
from ..runner.cell import Cell, Known
from .encoder import Encoder
from .labelled_data import LabelledData
from .pretraining import Pretraining, bi_encoder, text_encoder

_ROW = "encoder"


@dataclass(frozen=True)
class FewShot(Cell):
    """Fit linear layers on a frozen encoder with k examples a type, and measure them (section 4.1).

    Args:
        name: What to call the encoder in tables.
        data_name: What to call the data in tables.
        encoder: The encoder, or the cell that trains it.
        data: What is sampled from and measured on.
        ks: Sizes of the samples, in annotations of each type.
        samples: Number of samples of each size.
        max_test_sentences: Measure on so many sentences; on all if not given.
        names: Fit heads that are drawn to the names of the types.
        bf16: Run the encoder in bfloat16.
        l2: Weight of the heads' penalty.

    Example:
        ```python
        >>> from nuner.trainers.experiments.cells.encoder import Encoder
        >>> from nuner.trainers.experiments.cells.few_shot import FewShot
        >>> from nuner.trainers.experiments.cells.labelled_data import LabelledData
        >>> FewShot("RoBERTa", "tickets", Encoder("roberta-base"), LabelledData("support-tickets"), (1, 4)).title
        'Measuring RoBERTa on tickets'

        ```
    """

    kind: ClassVar[str] = "few-shot"

    name: str = field(compare=False)
    data_name: str = field(compare=False)
    encoder: Encoder | Pretraining
    data: LabelledData
    ks: tuple[int, ...]
    samples: int = 10
    max_test_sentences: int | None = None
    names: bool = False
    bf16: bool = False
    l2: float = DEFAULT_L2

    @property
    def title(self) -> str:
        """What is computed, for the user who waits."""
        return f"Measuring {self.name} on {self.data_name}"

    def check(self) -> None:
        """Draw the samples, and find out whether the encoder exists.

        Raises:
            ValueError: If the data allow none of the samples, or a folder holds no encoder.
            FileNotFoundError: If the encoder or the data set does not exist.
        """
        super().check()
        if isinstance(self.encoder, Encoder):
            self.encoder.check()
        self._task()

    def compute(self, known: Known, tell: Callable[[str], None]) -> dict[str, Any]:
        """Sample, fit and measure.

        Args:
            known: Where the encoder lies that another cell has trained.
            tell: Not called.

        Returns:
            `scores` by k, one a sample, in percent; `left_out`, why a k is missing; `about` the data; `no_vectors`, a
            sentence about an encoder that gives no numbers, whose scores are zero.
        """
        # Heads without names need no concept encoder, which would be loaded in vain.
        find = bi_encoder if self.names else text_encoder
        try:
            result = compare_encoders(
                {_ROW: find(self.encoder, known)},
                {self.data_name: self.data.splits},
                self.ks,
                self.samples,
                max_test_sentences=self.max_test_sentences,
                names=self.names,
                bf16=self.bf16,
                l2=self.l2,
            )
        except NoVectorsError as error:
            return self._nothing_found(error)
        row = _ROW + NAMED if self.names else _ROW
        return {
            "scores": {str(k): result.scores[row][self.data_name][k] for k in result.ks},
            "left_out": result.settings["ks_left_out"],
            "about": {**result.settings["data_sets"][self.data_name], "source": str(self.data)},
            "no_vectors": None,
        }

    def _nothing_found(self, error: NoVectorsError) -> dict[str, Any]:
        """Return the result of an encoder that went astray: other rows of a table are worth having all the same."""
        task = self._task()
        return {
            "scores": {str(k): [0.0] * self.samples for k in sorted({k for k, _ in task.samples})},
            "left_out": {str(k): reason for k, reason in task.too_large.items()},
            "about": {"source": str(self.data)},
            "no_vectors": str(error),
        }

    def _task(self) -> FewShotTask:
        return prepare_task(
            self.data.splits, self.data_name, self.ks, self.samples, max_test_sentences=self.max_test_sentences
        )
