"""What is said where a command is given a folder or file of another kind than it needs."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from enum import Enum
from pathlib import Path

from nuner.data_builders.data_kinds import DataKind, data_kind
from nuner.modeling_nuner.checkpoint_kinds import CheckpointKind, checkpoint_kind, newest_checkpoint

Kind = CheckpointKind | DataKind


class Needed(str, Enum):
    """What a command needs, as it is called in messages."""

    RECOGNIZER = "a recognizer"
    EXPORT = "an export"
    ENCODER = "an encoder"
    LABELLED = "labelled data"
    CORPUS = "an annotated corpus"
    FORMAT = "the format of a corpus"
    STORE = "an annotation store"
    TEXTS = "texts"
    TO_PUBLISH = "the folder of a saved model or a corpus"


_BUILD = "build a corpus of it: nuner corpus build {path} -o CORPUS"
_PRETRAIN_ON = "pre-train on it: nuner pretrain --corpus {path} --text-encoder ENCODER -o BI-ENCODER"
_FINETUNE_ON = "fine-tune on it: nuner finetune ENCODER --data {path} -o RECOGNIZER"
_FINETUNE = "fine-tune it first: nuner finetune {path} --data DATA -o RECOGNIZER"
_ORIGINAL = "give the folder that it was exported from"
_WHOLE = "give the folder that holds the model, too (config.json and its weights)"
_NEWEST = "give the one that you mean, such as {newest}, or go on with the run (nuner pretrain --resume)"
_MODEL_ELSEWHERE = "models are given to nuner predict, evaluate, finetune and push"
_READ = "see what is in it: nuner corpus stats records {path}"
_ADAPTED = "give the recognizer that they were merged into, which nuner finetune wrote beside them"

# What is needed -> what was given -> the way out. What is not named here is tried.
_WAYS_OUT: dict[Needed, dict[Kind, str]] = {
    Needed.RECOGNIZER: {
        CheckpointKind.BI_ENCODER: "name the types that it shall find, by --label, or fine-tune it",
        CheckpointKind.ENCODER: _FINETUNE,
        CheckpointKind.EXPORT: "choose what runs it: --backend {backend}",
        CheckpointKind.ADAPTERS: _ADAPTED,
        CheckpointKind.TOKENIZER: _WHOLE,
        CheckpointKind.RUN: _NEWEST,
        DataKind.STORE: _BUILD,
        DataKind.CORPUS: _PRETRAIN_ON,
        DataKind.LABELLED: _FINETUNE_ON,
    },
    Needed.EXPORT: {
        CheckpointKind.BI_ENCODER: "leave --backend out, and name the types that it shall find, by --label",
        CheckpointKind.ENCODER: _FINETUNE,
        CheckpointKind.RECOGNIZER: "write one: nuner export {path} -o EXPORT, or leave --backend out",
        CheckpointKind.ADAPTERS: _ADAPTED,
        CheckpointKind.TOKENIZER: _WHOLE,
        CheckpointKind.RUN: _NEWEST,
        DataKind.STORE: _BUILD,
        DataKind.CORPUS: _PRETRAIN_ON,
        DataKind.LABELLED: _FINETUNE_ON,
    },
    Needed.ENCODER: {
        CheckpointKind.EXPORT: f"it cannot be trained: {_ORIGINAL}",
        CheckpointKind.ADAPTERS: "give the encoder that they belong to: {base}",
        CheckpointKind.TOKENIZER: _WHOLE,
        CheckpointKind.RUN: _NEWEST,
        DataKind.STORE: _BUILD,
        DataKind.CORPUS: _PRETRAIN_ON,
        DataKind.LABELLED: "give it by --data {path}",
    },
    Needed.LABELLED: {
        **dict.fromkeys(CheckpointKind, _MODEL_ELSEWHERE),
        DataKind.CORPUS: "its concepts are no labels to learn; " + _PRETRAIN_ON,
    },
    Needed.CORPUS: {
        **dict.fromkeys(CheckpointKind, f"{_MODEL_ELSEWHERE}, and to nuner pretrain by --text-encoder"),
        DataKind.STORE: _BUILD,
        DataKind.LABELLED: _FINETUNE_ON,
    },
    Needed.FORMAT: {
        **dict.fromkeys(CheckpointKind, _MODEL_ELSEWHERE),
        DataKind.STORE: _BUILD,
        DataKind.CORPUS: "give the format before it, which is mostly records: records {path}",
        DataKind.LABELLED: _FINETUNE_ON,
    },
    Needed.STORE: {
        **dict.fromkeys(CheckpointKind, _MODEL_ELSEWHERE),
        DataKind.CORPUS: _READ,
        DataKind.LABELLED: _FINETUNE_ON,
    },
    Needed.TEXTS: {
        **dict.fromkeys(CheckpointKind, _MODEL_ELSEWHERE),
        DataKind.STORE: _BUILD,
    },
    Needed.TO_PUBLISH: {
        CheckpointKind.EXPORT: _ORIGINAL,
        CheckpointKind.ADAPTERS: _ADAPTED,
        CheckpointKind.TOKENIZER: _WHOLE,
        CheckpointKind.RUN: "give the one that you mean, such as {newest}",
        DataKind.STORE: _BUILD,
        DataKind.CORPUS: "write it as one: nuner corpus build records {path} -o CORPUS",
        DataKind.LABELLED: "push it with datasets: load_labelled(...).push_to_hub(...)",
    },
}


_USUAL: Mapping[Kind, str] = {}


def refuse_wrong_kind(
    given: str | os.PathLike[str],
    needed: Needed,
    *,
    accepted: Collection[Kind] = (),
    ways_out: Mapping[Kind, str] = _USUAL,
) -> None:
    """Refuse a folder or file that is clearly of another kind than a command needs.

    What does not exist or is of no known kind is left to the command.

    Args:
        given: What the user gave: a path, or an id of the Hub.
        needed: What the command needs.
        accepted: Kinds that will do here, though they mostly do not.
        ways_out: What to say of a kind in place of the usual way out.

    Raises:
        ValueError: If it is of another kind; the message names both, and what to do.

    Example:
        ```python
        >>> from nuner.cli.wrong_kinds import Needed, refuse_wrong_kind
        >>> try:
        ...     refuse_wrong_kind("corpus", Needed.RECOGNIZER)
        ... except ValueError as error:
        ...     print(str(error).partition(";")[0])
        corpus is an annotated corpus, and a recognizer is needed

        ```
    """
    kind = checkpoint_kind(given) or data_kind(given)
    way_out = None if kind is None or kind in accepted else {**_WAYS_OUT[needed], **ways_out}.get(kind)
    if kind is None or way_out is None:
        return
    path = Path(given)
    facts = {
        "path": given,
        "newest": newest_checkpoint(path) if kind == CheckpointKind.RUN else None,
        "backend": "openvino" if any(path.glob("openvino_model*.xml")) else "onnx",
        "base": _base_of(path) if kind == CheckpointKind.ADAPTERS else None,
    }
    raise ValueError(f"{given} is {kind.value}, and {needed.value} is needed; {way_out.format(**facts)}")


def _base_of(adapters: Path) -> str:
    try:
        config = json.loads((adapters / "adapter_config.json").read_text(encoding="utf-8"))
        return config.get("base_model_name_or_path") or "ENCODER"
    except (OSError, ValueError):
        return "ENCODER"
