"""A bi-encoder with the tokenizers of both of its encoders, from a checkpoint."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import torch
from transformers import AutoConfig, AutoTokenizer, PreTrainedTokenizerBase
from transformers.utils.hub import cached_file

from ..checkpoint_errors import explain_checkpoint_errors
from ..devices import choose_device
from ..encoder_loading import without_load_report
from ..modeling_nuner import NuNerForPreTraining
from .backends import DeviceMap

CONCEPT_TOKENIZER = "concept_tokenizer"
"""Folder of the concept encoder's tokenizer in a checkpoint, where it is not that of the text encoder."""


class NoConceptEncoderError(ValueError):
    """A checkpoint cannot answer for entity types that are named at run time.

    Args:
        checkpoint: The checkpoint, as the user knows it.
    """

    def __init__(self, checkpoint: str) -> None:
        super().__init__(
            f"{checkpoint} has no concept encoder, so it cannot look for entity types by their names: give the folder "
            "of the whole bi-encoder that `nuner pretrain` writes, not its backbone or a fine-tuned recognizer"
        )


class BiEncoderParts(NamedTuple):
    """What answers for entity types that are named at run time.

    Args:
        model: The bi-encoder, in evaluation mode.
        tokenizer: Tokenizer of the text encoder.
        concept_tokenizer: Tokenizer of the concept encoder.
    """

    model: NuNerForPreTraining
    tokenizer: PreTrainedTokenizerBase
    concept_tokenizer: PreTrainedTokenizerBase


def has_concept_encoder(checkpoint: str) -> bool:
    """Tell whether a checkpoint is a whole bi-encoder, from its configuration alone.

    Args:
        checkpoint: Folder or Hub id.

    Returns:
        Whether `load_bi_encoder` should take it.

    Raises:
        OSError: If there is no such checkpoint.
    """
    config = AutoConfig.from_pretrained(checkpoint, trust_remote_code=False)
    return NuNerForPreTraining.__name__ in (config.architectures or ())


def load_bi_encoder(
    checkpoint: str, dtype: str, device: str | None, device_map: DeviceMap | None = None
) -> BiEncoderParts:
    """Load a bi-encoder.

    Args:
        checkpoint: Folder or Hub id.
        dtype: Precision: `"float32"`, `"bfloat16"` or `"float16"`.
        device: Where to run it; an accelerator if there is one.
        device_map: Where to put which part of it, in place of `device`.

    Returns:
        Model and tokenizers.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        NoConceptEncoderError: If it has no concept encoder.
        ValueError: If it has no tokenizer, or the precision is another.
    """
    if dtype not in ("float32", "bfloat16", "float16"):
        raise ValueError(f"a bi-encoder computes in float32, bfloat16 or float16, not in {dtype!r}")
    with explain_checkpoint_errors(checkpoint, "bi-encoder", "bi-encoder with its tokenizer"):
        config = AutoConfig.from_pretrained(checkpoint, trust_remote_code=False)
        tokenizer = AutoTokenizer.from_pretrained(checkpoint, trust_remote_code=False)
    if config.model_type != "nuner":
        raise NoConceptEncoderError(checkpoint)
    with without_load_report(), explain_checkpoint_errors(checkpoint, "bi-encoder"):
        loaded: Any = NuNerForPreTraining.from_pretrained(
            checkpoint, dtype=getattr(torch, dtype), device_map=device_map, output_loading_info=True
        )
    model, loading = loaded
    if any(name.startswith("concept_encoder.") for name in loading["missing_keys"]):
        raise NoConceptEncoderError(checkpoint)
    model = model.eval()
    if device_map is None:
        model = model.to(choose_device(device))
    return BiEncoderParts(model, tokenizer, load_concept_tokenizer(checkpoint) or tokenizer)


def load_concept_tokenizer(checkpoint: str) -> PreTrainedTokenizerBase | None:
    """Load the tokenizer of a checkpoint's concept encoder, where it has one of its own.

    Args:
        checkpoint: Folder or Hub id.

    Returns:
        The tokenizer, or None.
    """
    file = cached_file(
        checkpoint, f"{CONCEPT_TOKENIZER}/tokenizer_config.json", _raise_exceptions_for_missing_entries=False
    )
    return AutoTokenizer.from_pretrained(Path(file).parent, trust_remote_code=False) if file else None
