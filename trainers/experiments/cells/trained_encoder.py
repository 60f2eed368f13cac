"""An encoder that a cell trains, and where encoders lie."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from datasets import DatasetDict

from nuner.data_builders.corpus.concept_counts import concept_counts
from nuner.data_builders.files.whole_files import remove_folder
from nuner.modeling_nuner.recognition.bi_encoder_loading import NoConceptEncoderError, has_concept_encoder

from ...pretraining.resumption import OtherRunError
from ...pretraining.run import BACKBONE, CHECKPOINTS
from ...pretraining.validation.learning import NotLearntError
from ..runner.cell import Cell, Known
from .corpus_choice import CorpusChoice
from .encoder import Encoder

# Of a validation; the same training need not take the same time.
_TIMES = ("_runtime", "_per_second")


class TrainedEncoder(Cell):
    """A cell that pre-trains an encoder on a corpus. Its results are those of `training_figures`.

    Attributes:
        with_concept_encoder: Whether an encoder of concept names is trained, too.
    """

    keeps_folder: ClassVar[bool] = True
    with_concept_encoder: ClassVar[bool]

    name: str
    corpus: CorpusChoice
    seed: int

    @property
    def title(self) -> str:
        """What is computed, for the user who waits."""
        return f"Pre-training {self.name} (seed {self.seed}) on {self.corpus}"

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
        resume = any((folder / CHECKPOINTS).glob("checkpoint-*"))
        try:
            figures = self.pretrained(corpus, known, resume=resume, tell=tell)
        except OtherRunError:
            # Of the same content, but an encoder or a file has another name by now.
            remove_folder(folder / CHECKPOINTS)
            return self.compute(known, tell)
        except NotLearntError as error:
            figures = error.figures
        remove_folder(folder / CHECKPOINTS)
        return training_figures(corpus, figures)

    @abstractmethod
    def pretrained(
        self, corpus: DatasetDict, known: Known, *, resume: bool, tell: Callable[[str], None]
    ) -> dict[str, Any]:
        """Pre-train into the cell's folder.

        Args:
            corpus: What it learns from.
            known: Gives the folder, and the results of cells that are needed.
            resume: Whether to go on from the newest checkpoint.
            tell: Called with what the user should know.

        Returns:
            The figures of the run.

        Raises:
            OtherRunError: If the checkpoints are of other settings.
            NotLearntError: If the run came to nothing.
        """

    @abstractmethod
    def whole_encoder(self, folder: Path) -> Path:
        """Return where the encoder lies in the cell's folder, with its concept encoder if it has one.

        Args:
            folder: The folder.
        """


def training_figures(corpus: DatasetDict, figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a pre-training.

    Args:
        corpus: What was learnt from.
        figures: What the pre-training returned.

    Returns:
        Validation metrics, steps, sentences of each split, annotations and concepts of the training split, and why
        nothing was learnt, if so.
    """
    concepts = concept_counts(corpus["train"])
    return {
        "validation": {name: value for name, value in figures["validation"].items() if not name.endswith(_TIMES)},
        "steps": max(entry["step"] for entry in figures["log_history"]),
        "sentences": {str(split): len(rows) for split, rows in corpus.items()},
        "annotations": concepts.total(),
        "concepts": len(concepts),
        "not_learnt": figures.get("not_learnt"),
    }


def text_encoder(encoder: Encoder | TrainedEncoder, known: Known) -> Path | str:
    """Return where a plain text encoder lies, be it given or trained by a cell.

    Args:
        encoder: The encoder, or the cell that trains it.
        known: The results of cells.
    """
    return known.folder(encoder) / BACKBONE if isinstance(encoder, TrainedEncoder) else encoder.path


def bi_encoder(encoder: Encoder | TrainedEncoder, known: Known) -> Path | str:
    """Return where the whole encoder lies, with its concept encoder if it has one.

    Args:
        encoder: The encoder, or the cell that trains it.
        known: The results of cells.
    """
    return encoder.whole_encoder(known.folder(encoder)) if isinstance(encoder, TrainedEncoder) else encoder.path


def check_concept_encoder(encoder: Encoder | TrainedEncoder) -> None:
    """Find out whether an encoder has, or will have, one of concept names.

    Args:
        encoder: The encoder, or the cell that trains it.

    Raises:
        NoConceptEncoderError: If it has none.
    """
    if isinstance(encoder, TrainedEncoder):
        there, name = encoder.with_concept_encoder, encoder.title
    else:
        there, name = has_concept_encoder(encoder.path), encoder.path
    if not there:
        raise NoConceptEncoderError(name)
