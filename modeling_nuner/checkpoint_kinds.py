"""What kind of model a folder holds, told by its files alone."""

from __future__ import annotations

import json
import os
from enum import Enum
from pathlib import Path
from typing import Any

# Not those of transformers and peft, which would bring torch along.
_CONFIG, _ADAPTER_CONFIG = "config.json", "adapter_config.json"
_TOKENIZERS = ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "vocab.json", "sentencepiece.bpe.model")
_EXPORTS = ("*.onnx", "openvino_model*.xml")
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")  # OpenVINO writes a .bin, too
_RUN = ("checkpoint-*", "checkpoints/checkpoint-*")


class CheckpointKind(str, Enum):
    """Kinds of folders with models, as they are called in messages."""

    BI_ENCODER = "a bi-encoder"
    ENCODER = "an encoder without a classifier"
    RECOGNIZER = "a recognizer"
    EXPORT = "an export"
    ADAPTERS = "adapters without their encoder"
    TOKENIZER = "a tokenizer without a model"
    RUN = "the checkpoints of a run"


def checkpoint_kind(path: str | os.PathLike[str]) -> CheckpointKind | None:
    """Tell what kind of model a folder holds.

    Args:
        path: The folder, or whatever else the user gave for one.

    Returns:
        The kind; None where it is no folder, or one without a model.

    Example:
        ```python
        >>> from nuner.modeling_nuner.checkpoint_kinds import checkpoint_kind
        >>> checkpoint_kind("nuner-roberta").value, checkpoint_kind("recognizer").value
        ('a bi-encoder', 'a recognizer')

        ```
    """
    folder = Path(path)
    if not folder.is_dir():
        return None
    if (folder / _ADAPTER_CONFIG).is_file():
        return CheckpointKind.ADAPTERS
    config = _read_config(folder)
    if config is None:
        if newest_checkpoint(folder) is not None:
            return CheckpointKind.RUN
        has_tokenizer = any((folder / name).is_file() for name in _TOKENIZERS)
        return CheckpointKind.TOKENIZER if has_tokenizer else None
    if holds_export(folder) and not _holds(folder, _WEIGHTS):
        return CheckpointKind.EXPORT
    return kind_of_architecture(next(iter(config.get("architectures") or ()), ""), config.get("model_type"))


def kind_of_architecture(architecture: str, model_type: str | None) -> CheckpointKind:
    """Tell what kind of model a class of transformers is.

    Args:
        architecture: Name of the class, as `architectures` of a configuration has it.
        model_type: The configuration's `model_type`.

    Returns:
        A bi-encoder, a recognizer, or an encoder, which everything else is taken for.
    """
    if architecture.endswith("ForTokenClassification"):
        return CheckpointKind.RECOGNIZER
    if architecture.endswith("ForPreTraining") and model_type == "nuner":
        return CheckpointKind.BI_ENCODER
    return CheckpointKind.ENCODER


def holds_export(folder: Path) -> bool:
    """Tell whether an export lies in a folder, alone or beside the model that it was made from.

    Args:
        folder: The folder.
    """
    return _holds(folder, _EXPORTS)


def newest_checkpoint(folder: Path) -> Path | None:
    """Find the newest checkpoint of a run.

    Args:
        folder: Folder of the run, or of its checkpoints.

    Returns:
        Its folder; None where there is none.
    """
    found = [path for pattern in _RUN for path in folder.glob(pattern) if (path / _CONFIG).is_file()]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


def _read_config(folder: Path) -> dict[str, Any] | None:
    try:
        config = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return config if isinstance(config, dict) else None


def _holds(folder: Path, patterns: tuple[str, ...]) -> bool:
    return any(True for pattern in patterns for _ in folder.glob(pattern))
