"""What is known about how a checkpoint came to be, kept as JSON beside it; its card is written from this."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id

from .facts_file import read_facts, write_facts

FACTS_FILE = "training_facts.json"


@dataclass
class Source:
    """A model or a data set that something was made from.

    Args:
        name: What to call it.
        hub_id: Its id on the Hub; None for a folder or a file of this machine, whose path is nobody's business.
    """

    name: str
    hub_id: str | None = None

    @classmethod
    def of(cls, name_or_path: str | os.PathLike[str]) -> Source:
        """Tell a folder or a file of this machine from an id on the Hub.

        Args:
            name_or_path: As it was given to `from_pretrained` or `load_dataset`.

        Returns:
            The source.

        Example:
            ```python
            >>> from nuner.hub_cards import Source
            >>> Source.of("FacebookAI/roberta-base").hub_id
            'FacebookAI/roberta-base'

            ```
        """
        given = os.fspath(name_or_path)
        if Path(given).exists():
            return cls(Path(given).resolve().name)
        try:
            validate_repo_id(given)
        except HFValidationError:
            return cls(Path(given).name)
        return cls(given, given)


@dataclass
class TrainingData:
    """What a model learnt from.

    Args:
        source: The corpus or the labelled data set.
        sentences: Split -> number of sentences.
        sample: How the training sentences were chosen from it, in words, such as `k = 16, seed 0`.
        statistics: Figures by name; those of `CorpusStatistics.to_dict()` for a corpus.
    """

    source: Source
    sentences: dict[str, int] = field(default_factory=dict)
    sample: str | None = None
    statistics: dict[str, Any] = field(default_factory=dict)


@dataclass
class TrainingFacts:
    """What happened while a model was trained; what is not known is left empty, and stays out of the card.

    Args:
        text_encoder: The encoder that training began with.
        concept_encoder: The encoder of the concept names that it began with.
        data: What it learnt from.
        license: The model's license, as the Hub names it (`mit`, `apache-2.0`, ...).
        languages: ISO 639-1 codes of the text.
        labels: Label names in the order of their ids.
        hyperparameters: Arguments of the training and fields of the model's configuration.
        versions: Package -> version.
        hardware: What it ran on: processor, memory, accelerator.
        training_seconds: Time that the training took, over all its parts where it was resumed.
        history: What was logged: `step`, `epoch`, `loss`, and the metrics of validation with the prefix `eval_`.
        scores: The latest metrics by name, without prefix.
        scored_on: Split that they were measured on.
        scored_sentences: How many of its sentences were measured, where these are a random part.
        type_scores: Entity type -> `precision`, `recall`, `f1` and `support`.
        few_shot: `FewShotResult.to_dict()`, or what is in `few_shot.json`.
        few_shot_encoder: Which of the encoders compared there is this one.
        examples: Sentences to try the model with.
        warning: What everybody should know who comes across the model, such as that it has not learnt.
    """

    text_encoder: Source | None = None
    concept_encoder: Source | None = None
    data: TrainingData | None = None
    license: str | None = None
    languages: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    hyperparameters: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    hardware: dict[str, str] = field(default_factory=dict)
    training_seconds: float | None = None
    history: list[dict[str, float]] = field(default_factory=list)
    scores: dict[str, float] = field(default_factory=dict)
    scored_on: str | None = None
    scored_sentences: int | None = None
    type_scores: dict[str, dict[str, float]] = field(default_factory=dict)
    few_shot: dict[str, Any] = field(default_factory=dict)
    few_shot_encoder: str | None = None
    examples: list[str] = field(default_factory=list)
    warning: str | None = None

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> TrainingFacts:
        """Read the facts that lie beside a checkpoint.

        Args:
            folder: The checkpoint.

        Returns:
            The facts, empty where there is no file.

        Raises:
            ValueError: If the file is not what `save` writes.
        """
        return read_facts(Path(folder) / FACTS_FILE, cls._from_dict) or cls()

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write the facts beside a checkpoint; what is not known is left out.

        Args:
            folder: The checkpoint.

        Returns:
            The file.
        """
        return write_facts(Path(folder) / FACTS_FILE, self)

    @classmethod
    def _from_dict(cls, values: dict[str, Any]) -> TrainingFacts:
        values = dict(values)
        for encoder in ("text_encoder", "concept_encoder"):
            if values.get(encoder) is not None:
                values[encoder] = Source(**values[encoder])
        if values.get("data") is not None:
            values["data"] = TrainingData(**{**values["data"], "source": Source(**values["data"]["source"])})
        return cls(**values)
