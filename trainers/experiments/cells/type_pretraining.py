"""A cell that pre-trains an encoder to tell types apart, as NER-BERT does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from nuner.data_builders.files.whole_files import remove_folder

from ...baselines.ner_bert.arguments import preset_arguments
from ...baselines.ner_bert.features import corpus_types
from ...baselines.ner_bert.run import pretrain_types
from ...fine_tuning.arguments import FineTuningArguments
from ...pretraining.resumption import OtherRunError
from ...pretraining.run import BACKBONE, CHECKPOINTS
from ..runner.cell import Known
from .argument_types import check_types
from .corpus_choice import CorpusChoice
from .encoder import Encoder
from .trained_encoder import TrainedEncoder, training_figures


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

    @property
    def title(self) -> str:
        """What is computed, for the user who waits."""
        return f"Pre-training {self.name} (seed {self.seed}) on {self.corpus}"

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

    def compute(self, known: Known, tell: Callable[[str], None]) -> dict[str, Any]:
        """Pre-train, going on from a checkpoint where there is one.

        Args:
            known: Gives the folder for the encoder.
            tell: Called with what the user should know.

        Returns:
            What `training_figures` keeps.
        """
        folder = known.folder(self)
        corpus = self.corpus.load()
        try:
            figures = pretrain_types(
                self.encoder.path,
                corpus,
                folder,
                preset=self.preset,
                corpus_description={"corpus": str(self.corpus)},
                resume=any((folder / CHECKPOINTS).glob("checkpoint-*")),
                tell=tell,
                seed=self.seed,
                bf16=self.bf16,
                **self.arguments,
            )
        except OtherRunError:
            # Of the same content, but the encoder or a file has another name by now.
            remove_folder(folder / CHECKPOINTS)
            return self.compute(known, tell)
        remove_folder(folder / CHECKPOINTS)
        return training_figures(corpus, figures)

    def whole_encoder(self, folder: Path) -> Path:
        """Return where the plain encoder lies: there is no concept encoder beside it.

        Args:
            folder: The folder of the cell.
        """
        return folder / BACKBONE
