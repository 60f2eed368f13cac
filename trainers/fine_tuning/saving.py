"""A fine-tuned recognizer on disk, in the plainest form that holds it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from accelerate.utils import extract_model_from_parallel
from torch import nn
from transformers import AutoConfig, PreTrainedModel, PreTrainedTokenizerBase
from transformers.dynamic_module_utils import get_relative_imports
from transformers.utils import CONFIG_NAME

from nuner.data_builders.files.whole_files import whole_files
from nuner.modeling_nuner.configuration_nuner import NuNerConfig
from nuner.modeling_nuner.encoder_loading import without_bars
from nuner.modeling_nuner.export.plain import ExportError, export_token_classifier
from nuner.modeling_nuner.modeling_nuner import NuNerForTokenClassification

from .adapters import merged


def save_recognizer(model: nn.Module, tokenizer: PreTrainedTokenizerBase, folder: str | os.PathLike[str]) -> str:
    """Write a recognizer and its tokenizer: as a plain checkpoint where its architecture can hold it.

    With one linear layer that is mostly so (`BertForTokenClassification`, ...), and `pipeline("ner", model=folder)`
    works without this package. Otherwise the NuNER checkpoint is written, with the code that loads it
    (`trust_remote_code=True` where this package is not installed).

    Args:
        model: The recognizer, or any other token classifier of transformers, which is written as it is; adapters are
            merged into the weights that are written.
        tokenizer: Its tokenizer.
        folder: Where to write; it holds all new files or none. Of an earlier checkpoint in it the code is removed,
            unless the new one carries it too.

    Returns:
        Name of the class of the checkpoint.

    Raises:
        ValueError: If the model classifies no tokens.

    Example:
        ```python
        >>> from nuner import save_recognizer
        >>> save_recognizer(trainer.model, trainer.processing_class, "tickets")  # needs a training  # doctest: +SKIP
        'BertForTokenClassification'

        ```
    """
    # A Trainer in bf16 leaves the model computing in it; the export compares logits in full precision.
    recognizer = merged(extract_model_from_parallel(model, keep_fp32_wrapper=False))
    name = type(recognizer).__name__
    if not (isinstance(recognizer, PreTrainedModel) and name.endswith("ForTokenClassification")):
        raise ValueError(f"{name} is no recognizer: it must be a ...ForTokenClassification model of transformers")
    with recognizer_files(folder) as staging, without_bars():
        if isinstance(recognizer, NuNerForTokenClassification):
            _write_nuner(recognizer, staging)
        else:
            recognizer.save_pretrained(staging)
        tokenizer.save_pretrained(staging)
        architectures = AutoConfig.from_pretrained(staging, trust_remote_code=False).architectures
    return (architectures or [""])[0]


def _write_nuner(recognizer: NuNerForTokenClassification, folder: Path) -> None:
    try:
        export_token_classifier(recognizer, folder)
    except ExportError:
        recognizer.save_pretrained(folder)


@contextmanager
def recognizer_files(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """Write the files of a recognizer, as `whole_files` does, in place of an earlier checkpoint.

    The code that a NuNER checkpoint carries does not outlive it: beside a plain one, it would be taken for the code
    that loads it.

    Args:
        folder: Where the files shall be. What else lies there stays.

    Yields:
        A folder to write to.
    """
    folder = Path(folder)
    earlier = _carried_code(folder)
    with whole_files(folder) as staging:
        yield staging
        outdated = [name for name in earlier if not (staging / name).exists()]
    for name in outdated:
        (folder / name).unlink(missing_ok=True)


def _carried_code(folder: Path) -> set[str]:
    """Names of the files with the code of the NuNER checkpoint that lies in a folder, if one does."""
    try:
        config = json.loads((folder / CONFIG_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    if not isinstance(config, dict) or config.get("model_type") != NuNerConfig.model_type:
        return set()
    code: set[str] = set()
    modules = [reference.partition(".")[0] for reference in config.get("auto_map", {}).values()]
    while modules:
        name = f"{modules.pop()}.py"
        # A configuration could name files elsewhere; only those beside it are its own.
        if name not in code and Path(name).name == name and (folder / name).is_file():
            code.add(name)
            modules += get_relative_imports(folder / name)
    return code
