"""The parts of a recognizer from a checkpoint."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from tokenizers import Tokenizer

from ..checkpoint_errors import explain_checkpoint_errors
from ..input_length import longest_input
from .backends import Backend, BackendName, DeviceMap
from .labels.label_table import LabelTable
from .words.tokens import WordTokenizer

# By its name: exports are recognized where torch is not installed.
_BI_ENCODER = "NuNerForPreTraining"


class RecognizerParts(NamedTuple):
    """What a recognizer is made of.

    Args:
        backend: What computes the logits.
        tokenizer: The tokenizer.
        labels: The labels.
        longest: Most tokens that the encoder reads at once, special ones included.
        pad_token_id: Id that fills batches up.
    """

    backend: Backend
    tokenizer: WordTokenizer
    labels: LabelTable
    longest: int
    pad_token_id: int


def is_token_classifier(checkpoint: str) -> bool:
    """Tell whether a checkpoint was trained for types of its own, from its configuration alone.

    Args:
        checkpoint: Folder or Hub id.

    Returns:
        Whether it has their classifier, rather than looks for types by their names.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        ValueError: If the folder holds none.
    """
    from transformers import AutoConfig

    with explain_checkpoint_errors(checkpoint, "recognizer", "recognizer or bi-encoder"):
        architectures = AutoConfig.from_pretrained(checkpoint, trust_remote_code=False).architectures or ()
    return any(name.endswith("ForTokenClassification") for name in architectures)


def load_parts(
    checkpoint: str,
    backend: BackendName,
    dtype: str | None,
    device: str | None,
    device_map: DeviceMap | None = None,
) -> RecognizerParts:
    """Load what a recognizer is made of.

    Args:
        checkpoint: Folder or Hub id.
        backend: What shall compute the logits.
        dtype: Its precision; the backend's default when left out.
        device: Where torch runs it.
        device_map: Where torch puts which part of it.

    Returns:
        The parts.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        ValueError: If the checkpoint is no recognizer, or the backend is unknown.
    """
    if backend == "torch":
        return _load_torch(checkpoint, dtype, device, device_map)
    if device_map is not None:
        raise ValueError(f"device_map is for the torch backend, not for {backend}")
    if backend in ("onnx", "openvino"):
        return _load_exported(Path(checkpoint), backend, dtype or "float32")
    raise ValueError(f"unknown backend {backend!r}; there are torch, onnx and openvino")


def _load_torch(
    checkpoint: str, dtype: str | None, device: str | None, device_map: DeviceMap | None
) -> RecognizerParts:
    from transformers import AutoConfig, AutoTokenizer

    from .backends.torch import TorchBackend

    with explain_checkpoint_errors(checkpoint, "recognizer", "recognizer with its tokenizer"):
        config = AutoConfig.from_pretrained(checkpoint, trust_remote_code=False)
        tokenizer = AutoTokenizer.from_pretrained(checkpoint, trust_remote_code=False)
    words = WordTokenizer.of(tokenizer)
    labels = LabelTable.from_config(config.to_dict())
    return RecognizerParts(
        TorchBackend.from_pretrained(checkpoint, dtype, device, device_map),
        words,
        labels,
        longest_input(config, tokenizer.model_max_length),
        tokenizer.pad_token_id if isinstance(tokenizer.pad_token_id, int) else 0,
    )


def _load_exported(checkpoint: Path, backend: BackendName, dtype: str) -> RecognizerParts:
    if backend == "onnx":
        from .backends.onnx import OnnxBackend as Backend
    else:
        from .backends.openvino import OpenVinoBackend as Backend

    folder = checkpoint if checkpoint.exists() else _downloaded(checkpoint.as_posix())
    files = {name: folder / name for name in ("config.json", "tokenizer.json", "tokenizer_config.json")}
    for name, path in files.items():
        if not path.is_file():
            raise ValueError(f"{folder} has no {name}: it is no folder that `nuner export` wrote")
    config = json.loads(files["config.json"].read_text(encoding="utf-8"))
    if _BI_ENCODER in (config.get("architectures") or ()):
        raise ValueError(f"{folder} is a bi-encoder, which needs the torch backend, not {backend}")
    tokenizer = Tokenizer.from_file(str(files["tokenizer.json"]))
    tokenizer_config = json.loads(files["tokenizer_config.json"].read_text(encoding="utf-8"))
    pad_token = tokenizer_config.get("pad_token")
    pad_token_id = tokenizer.token_to_id(pad_token) if isinstance(pad_token, str) else None
    labels = LabelTable.from_config(config)
    return RecognizerParts(
        Backend.from_folder(folder, dtype),
        WordTokenizer(tokenizer),
        labels,
        longest_input(config, tokenizer_config.get("model_max_length")),
        pad_token_id or 0,
    )


def _downloaded(repository: str) -> Path:
    from huggingface_hub import snapshot_download

    with explain_checkpoint_errors(repository, "export", folder="a folder that `nuner export` wrote"):
        return Path(snapshot_download(repository))
