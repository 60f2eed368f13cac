"""A cell that has a system find entities, and measures what it finds and what it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ...evaluation.entity_scores import entity_scores
from ...few_shot.samplings import K_TO_2K, SAMPLINGS
from ...few_shot.task import prepare_task
from ..runner.cell import Cell, Known
from ..systems.system import Place, System
from .encoder import Encoder
from .labelled_data import LabelledData
from .trained_encoder import TrainedEncoder, bi_encoder, check_concept_encoder, text_encoder

ENTITY_F1, TOKEN_F1 = "f1", "token_macro_f1"
SECONDS, CENTS = "seconds_per_1000_sentences", "cents_per_1000_sentences"
_KEPT = (ENTITY_F1, "strict_f1", "macro_f1", TOKEN_F1)


@dataclass(frozen=True)
class Finding(Cell):
    """Give a system one sample to learn from, and measure it (section 6).

    Args:
        name: What to call the system in tables.
        data_name: What to call the data in tables.
        system: The system.
        encoder: The encoder that it begins with, or the cell that trains that; None where it needs none.
        data: What is sampled from and measured on.
        k: Size of the sample.
        sample: Number of the sample, and seed of the system.
        sampling: What k counts, a key of `SAMPLINGS`.
        max_test_sentences: Measure on so many sentences; on all if not given.

    Example:
        ```python
        >>> from nuner.trainers.experiments.cells.encoder import Encoder
        >>> from nuner.trainers.experiments.cells.finding import Finding
        >>> from nuner.trainers.experiments.cells.labelled_data import LabelledData
        >>> from nuner.trainers.experiments.systems.frozen_encoder import FrozenEncoder
        >>> tickets = LabelledData("support-tickets")
        >>> Finding("RoBERTa, frozen", "tickets", FrozenEncoder(), Encoder("roberta-base"), tickets, k=8).title
        'RoBERTa, frozen on tickets, k=8, sample 0'

        ```
    """

    kind: ClassVar[str] = "finding"

    name: str = field(compare=False)
    data_name: str = field(compare=False)
    system: System
    encoder: Encoder | TrainedEncoder | None
    data: LabelledData
    k: int
    sample: int = 0
    sampling: str = K_TO_2K
    max_test_sentences: int | None = None

    @property
    def title(self) -> str:
        """What is computed, for the user who waits."""
        of_sample = f", k={self.k}, sample {self.sample}" if self.system.learns else ""
        return f"{self.name} on {self.data_name}{of_sample}"

    def check(self) -> None:
        """Find out whether encoder, data and what else the system needs exist.

        Raises:
            ValueError: If a folder holds no encoder, or one without the concept encoder that the system needs, or the
                system cannot be used.
            FileNotFoundError: If the encoder, the data set or a language model does not exist.
        """
        super().check()
        self.system.check()
        if isinstance(self.encoder, Encoder):
            self.encoder.check()
        if self.encoder is not None and self.system.needs_concept_encoder:
            check_concept_encoder(self.encoder)

    def compute(self, known: Known, tell: Callable[[str], None]) -> dict[str, Any]:
        """Learn, find and measure.

        Args:
            known: Where the encoder lies that another cell has trained, and a folder for what the system keeps.
            tell: Called with what the user should know.

        Returns:
            `scores` in percent, as `entity_scores` names them; seconds to learn; seconds and US cents for 1,000
            sentences; parameters; and what else the system counts.
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
        encoder = self.encoder
        place = Place(
            encoder and text_encoder(encoder, known), encoder and bi_encoder(encoder, known), known.folder(self)
        )
        result = self.system.run(sample, task.test, place, self.sample, tell)
        names = task.test.features["ner_tags"].feature.names
        scores = entity_scores([[names[tag] for tag in tags] for tags in task.test["ner_tags"]], result.tags)
        return {
            "scores": {name: 100 * scores[name] for name in _KEPT},
            "sentences": {"train": len(sample), "test": len(task.test)},
            "seconds_to_learn": result.seconds_to_learn,
            SECONDS: result.seconds_per_1000_sentences,
            CENTS: None if result.dollars is None else 100 * 1000 * result.dollars / len(result.tags),
            "parameters": result.parameters,
            "details": dict(result.details),
        }
