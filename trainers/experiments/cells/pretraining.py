"""A cell that pre-trains an encoder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from datasets import DatasetDict

from ...pretraining.arguments import ContrastiveTrainingArguments, preset_model_fields
from ...pretraining.losses.contrastive_loss import ContrastiveLoss
from ...pretraining.run import CHECKPOINTS, pretrain
from ...pretraining.start import Start
from ..runner.cell import Known
from .argument_types import check_types
from .corpus_choice import CorpusChoice
from .encoder import Encoder
from .trained_encoder import TrainedEncoder

# Of a run whose steps are given.
_CHECKPOINTS = 5


@dataclass(frozen=True)
class Pretraining(TrainedEncoder):
    """Pre-train a bi-encoder on a corpus (section 3.3).

    Args:
        name: What to call it in tables.
        encoder: What training starts from.
        corpus: What it learns from.
        preset: Preset of the training arguments.
        arguments: Training arguments that replace those of the preset.
        model_fields: Fields of `NuNerConfig` that replace those of the preset.
        bf16: Compute in bfloat16.
        seed: Seed of the order and of dropout.
        concept_encoder: Encoder of the concept names; that of the text when left out.
        steps_of: Another pre-training; this one takes as many steps, however many epochs that makes.
        loss: What is learnt from; that of the paper when left out.

    Example:
        ```python
        >>> from nuner.trainers.experiments.cells.corpus_choice import CorpusChoice
        >>> from nuner.trainers.experiments.cells.encoder import Encoder
        >>> from nuner.trainers.experiments.cells.pretraining import Pretraining
        >>> Pretraining("NuNER", Encoder("roberta-base"), CorpusChoice(), preset="paper").title
        'Pre-training NuNER (seed 0) on bundled'

        ```
    """

    kind: ClassVar[str] = "pretraining"
    with_concept_encoder: ClassVar[bool] = True

    name: str = field(compare=False)
    encoder: Encoder
    corpus: CorpusChoice
    preset: str = "quickstart"
    arguments: Mapping[str, Any] = field(default_factory=dict)
    model_fields: Mapping[str, Any] = field(default_factory=dict)
    bf16: bool = False
    seed: int = 0
    concept_encoder: Encoder | None = None
    steps_of: Pretraining | None = None
    loss: ContrastiveLoss | None = None

    def check(self) -> None:
        """Prepare the corpus, and find out whether the encoders exist and the arguments fit them.

        Raises:
            FileNotFoundError: If an encoder or the corpus does not exist.
            ValueError: If a folder holds no encoder, arguments make no sense, or the corpus has not what is asked for.
        """
        super().check()
        for encoder in (self.encoder, self.concept_encoder):
            if encoder is not None:
                encoder.check()
        check_types(ContrastiveTrainingArguments, self.arguments)
        arguments = ContrastiveTrainingArguments.preset(self.preset, output_dir=CHECKPOINTS, **self.arguments)
        concepts = self.concept_encoder and self.concept_encoder.path
        config: Any = Start.of(
            self.encoder.path, concepts, preset_model_fields(self.preset), self.model_fields
        ).config()
        arguments.check_depths(config.text_config.num_hidden_layers, config.concept_config.num_hidden_layers)
        self.corpus.load()

    def pretrained(
        self, corpus: DatasetDict, known: Known, *, resume: bool, tell: Callable[[str], None]
    ) -> dict[str, Any]:
        """Pre-train into the cell's folder; see `TrainedEncoder.pretrained`."""
        return pretrain(
            self.encoder.path,
            corpus,
            known.folder(self),
            concept_encoder=self.concept_encoder and self.concept_encoder.path,
            preset=self.preset,
            model_fields=self.model_fields,
            corpus_description={"corpus": str(self.corpus)},
            loss=self.loss,
            resume=resume,
            tell=tell,
            seed=self.seed,
            bf16=self.bf16,
            **{**self.arguments, **self._given_steps(known)},
        )

    def whole_encoder(self, folder: Path) -> Path:
        """Return the folder itself: it holds the bi-encoder.

        Args:
            folder: The folder of the cell.
        """
        return folder

    def _given_steps(self, known: Known) -> dict[str, Any]:
        if self.steps_of is None:
            return {}
        steps = known[self.steps_of]["steps"]
        # Of a small corpus an epoch is a few steps: to save and to validate after each would take longer than these.
        return {"max_steps": steps, "save_steps": max(1, steps // _CHECKPOINTS), "eval_strategy": "no"}
