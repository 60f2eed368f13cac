"""A cell that pre-trains an encoder to tell types apart, as NER-BERT does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from datasets import DatasetDict

from ...baselines.ner_bert.arguments import preset_arguments
from ...baselines.ner_bert.features import corpus_types
from ...baselines.ner_bert.run import pretrain_types
from ...fine_tuning.arguments import FineTuningArguments
from ...pretraining.run import BACKBONE, CHECKPOINTS
from ..runner.cell import Known
from .argument_types import check_types
from .corpus_choice import CorpusChoice
from .encoder import Encoder
from .trained_encoder import TrainedEncoder


@dataclass(frozen=True)
class TypePretraining(TrainedEncoder):
    """Pre-train an encoder to classify tokens by the concepts of a corpus (section 4.1; Liu et al., 2021).

    Args:
        name: What to call it in tables.
        encoder: What training starts from.
        corpus: What it learns from.
        preset: A key of `TYPE_PRESETS`.
        arguments: Training arguments that replace those of the preset.
        bf16: Compute in bfloat16.
        seed: Seed of the classifier's first weights, the order and dropout.

    Example:
        ```python
        >>> from nuner.trainers.experiments.cells.corpus_choice import CorpusChoice
        >>> from nuner.trainers.experiments.cells.encoder import Encoder
        >>> from nuner.trainers.experiments.cells.type_pretraining import TypePretraining
        >>> corpus = CorpusChoice(options={"max_concepts": 154})
        >>> TypePretraining("NER-BERT", Encoder("roberta-base"), corpus, preset="paper").title
        'Pre-training NER-BERT (seed 0) on bundled (max_concepts 154)'

        ```
    """

    kind: ClassVar[str] = "type-pretraining"
    with_concept_encoder: ClassVar[bool] = False

    name: str = field(compare=False)
    encoder: Encoder
    corpus: CorpusChoice
    preset: str = "quickstart"
    arguments: Mapping[str, Any] = field(default_factory=dict)
    bf16: bool = False
    seed: int = 0

    def check(self) -> None:
        """Prepare the corpus, and find out whether the encoder exists and the arguments make sense.

        Raises:
            FileNotFoundError: If the encoder or the corpus does not exist.
            ValueError: If a folder holds no encoder, arguments make no sense, or the corpus has no types or too many.
        """
        super().check()
        self.encoder.check()
        check_types(FineTuningArguments, self.arguments)
        preset_arguments(self.preset, output_dir=CHECKPOINTS, **self.arguments)
        corpus_types(self.corpus.load()["train"])

    def pretrained(
        self, corpus: DatasetDict, known: Known, *, resume: bool, tell: Callable[[str], None]
    ) -> dict[str, Any]:
        """Pre-train into the cell's folder; see `TrainedEncoder.pretrained`."""
        return pretrain_types(
            self.encoder.path,
            corpus,
            known.folder(self),
            preset=self.preset,
            corpus_description={"corpus": str(self.corpus)},
            resume=resume,
            tell=tell,
            seed=self.seed,
            bf16=self.bf16,
            **self.arguments,
        )

    def whole_encoder(self, folder: Path) -> Path:
        """Return where the plain encoder lies: there is no concept encoder beside it.

        Args:
            folder: The folder of the cell.
        """
        return folder / BACKBONE
