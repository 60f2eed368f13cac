"""A fine-tuned recognizer on disk, in the plainest form that holds it."""

from __future__ import annotations

import os

from accelerate.utils import extract_model_from_parallel
from torch import nn
from transformers import AutoConfig, PreTrainedTokenizerBase

from nuner.data_builders.files.whole_files import whole_files
from nuner.modeling_nuner.export.plain import ExportError, export_token_classifier

from .adapters import merged


def save_recognizer(model: nn.Module, tokenizer: PreTrainedTokenizerBase, folder: str | os.PathLike[str]) -> str:
    """Write a recognizer and its tokenizer: as a plain checkpoint where its architecture can hold it.

    With one linear layer that is mostly so (`BertForTokenClassification`, ...), and `pipeline("ner", model=folder)`
    works without this package. Otherwise the NuNER checkpoint is written, with the code that loads it
    (`trust_remote_code=True` where this package is not installed).

    Args:
        model: The recognizer; adapters are merged into the weights that are written.
        tokenizer: Its tokenizer.
        folder: Where to write; it holds all new files or none.

    Returns:
        Name of the class of the checkpoint.

    Example:
        ```python
        >>> from nuner import save_recognizer
        >>> save_recognizer(trainer.model, trainer.processing_class, "tickets")  # needs a training  # doctest: +SKIP
        'BertForTokenClassification'

        ```
    """
    # A Trainer in bf16 leaves the model computing in it; the export compares logits in full precision.
    model = merged(extract_model_from_parallel(model, keep_fp32_wrapper=False))
    with whole_files(folder) as staging:
        try:
            export_token_classifier(model, staging)
        except ExportError:
            model.save_pretrained(staging)
        tokenizer.save_pretrained(staging)
        architectures = AutoConfig.from_pretrained(staging).architectures
    return (architectures or [""])[0]
