"""What a saved model says about itself."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from huggingface_hub.constants import CONFIG_NAME

from nuner.modeling_nuner.checkpoint_errors import explain_checkpoint_errors
from nuner.modeling_nuner.checkpoint_kinds import CheckpointKind, kind_of_architecture
from nuner.modeling_nuner.recognition.labels.label_table import parse_labels


class Kind(str, Enum):
    """What a checkpoint is for."""

    bi_encoder = "bi-encoder"
    backbone = "backbone"
    recognizer = "recognizer"


_KINDS = {
    CheckpointKind.BI_ENCODER: Kind.bi_encoder,
    CheckpointKind.ENCODER: Kind.backbone,
    CheckpointKind.RECOGNIZER: Kind.recognizer,
}


@dataclass(frozen=True)
class Checkpoint:
    """A saved model, as far as its configuration tells.

    Args:
        folder: Where it lies.
        kind: What it is for.
        architecture: Name of its class.
        encoder: Configuration of its text encoder.
        labels: Label names in the order of their ids; empty where it has no classifier.
        carries_code: Whether it is loaded by code of its own, which `trust_remote_code=True` allows.
        code_version: Version of this package that the code is from; None where it carries none or does not tell.
    """

    folder: Path
    kind: Kind
    architecture: str
    encoder: Any
    labels: tuple[str, ...]
    carries_code: bool
    code_version: str | None = None

    @classmethod
    def read(cls, folder: str | os.PathLike[str]) -> Checkpoint:
        """Read the configuration of a saved model.

        Args:
            folder: Where it lies.

        Returns:
            What it says.

        Raises:
            FileNotFoundError: If there is no `config.json`.
            ValueError: If it names no architecture that is known.
        """
        # With nuner itself, of which this file is a part, the architecture `nuner` is registered.
        from transformers import AutoConfig

        folder = Path(folder)
        if not holds_checkpoint(folder):
            raise FileNotFoundError(f"{folder} holds no {CONFIG_NAME}: it is not a saved model.")
        with explain_checkpoint_errors(folder, "saved model", "model of an architecture that is known"):
            config: Any = AutoConfig.from_pretrained(folder, trust_remote_code=False)
        architecture = (config.architectures or [""])[0]
        kind = _KINDS[kind_of_architecture(architecture, config.model_type)]
        labels = tuple(config.id2label[i] for i in range(len(config.id2label))) if kind == Kind.recognizer else ()
        return cls(
            folder=folder,
            kind=kind,
            architecture=architecture,
            encoder=getattr(config, "text_config", config),
            labels=labels,
            carries_code=bool(getattr(config, "auto_map", None)),
            code_version=getattr(config, "nuner_version", None),
        )

    @property
    def types(self) -> list[str]:
        """Entity types, in the order of their labels."""
        return list(dict.fromkeys(kind for _, kind in parse_labels(self.labels) if kind is not None))

    @property
    def concept_tokenizer(self) -> str | None:
        """Folder in it with the tokenizer of the concept encoder; None where that is the text encoder's."""
        # It brings torch along, which all else here does without.
        from nuner.modeling_nuner.recognition.bi_encoder_loading import CONCEPT_TOKENIZER

        return CONCEPT_TOKENIZER if (self.folder / CONCEPT_TOKENIZER).is_dir() else None


def holds_checkpoint(folder: Path) -> bool:
    """Tell whether a folder holds a saved model.

    Args:
        folder: The folder.

    Returns:
        Whether the configuration of a model is in it.
    """
    return (folder / CONFIG_NAME).is_file()
