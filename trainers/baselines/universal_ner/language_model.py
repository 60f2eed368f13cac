"""Load a causal language model and a tokenizer that can write a conversation."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from transformers import (
    MODEL_FOR_MASKED_LM_MAPPING,
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from nuner.modeling_nuner.checkpoint_errors import explain_checkpoint_errors
from nuner.modeling_nuner.devices import choose_device
from nuner.modeling_nuner.encoder_loading import without_bars

_GGUF = ".gguf"

# For tokenizers without a template of their own: with the roles that the published UniversalNER checkpoints know.
PLAIN_TEMPLATE = (
    "{{ bos_token or '' }}A virtual assistant answers questions from a user based on the provided text.\n"
    "{% for message in messages %}"
    "{% if message['role'] == 'user' %}USER: {{ message['content'] }}\nASSISTANT:"
    "{% else %} {{ message['content'] }}{{ eos_token or '' }}\n{% endif %}"
    "{% endfor %}"
)


def check_language_model(checkpoint: str | os.PathLike[str]) -> None:
    """Find out whether a checkpoint is a causal language model, without its weights.

    Args:
        checkpoint: As for `load_language_model`.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        ValueError: If it is something else, such as an encoder.
    """
    with _found(checkpoint) as (name, options):
        config: Any = AutoConfig.from_pretrained(name, trust_remote_code=False, **options)
        if type(config) in MODEL_FOR_MASKED_LM_MAPPING and not _speaks(config):
            raise ValueError("it is an encoder, which sees the words that it would have to say")


def load_language_model(
    checkpoint: str | os.PathLike[str], dtype: torch.dtype = torch.float32, device: str | None = None
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Load a causal language model with its tokenizer.

    Args:
        checkpoint: Folder or Hub id, or a `.gguf` file, whose weights are dequantized (needs the package `gguf`).
        dtype: Type of the weights.
        device: Where to run it; the accelerator by default, where there is one.

    Returns:
        The model, in evaluation mode, and the tokenizer; one without a chat template has a plain one now.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        ValueError: If it holds no causal language model, or its tokenizer no mark of the end of a text.

    Example:
        ```python
        >>> from nuner.trainers.baselines.universal_ner.language_model import load_language_model
        >>> model, tokenizer = load_language_model("Universal-NER/UniNER-7B-type")  # on the Hub  # doctest: +SKIP

        ```
    """
    check_language_model(checkpoint)
    with _found(checkpoint) as (name, options), without_bars():
        tokenizer = AutoTokenizer.from_pretrained(name, trust_remote_code=False, **options)
        model: Any = AutoModelForCausalLM.from_pretrained(name, dtype=dtype, trust_remote_code=False, **options)
    if options:  # the weights of a GGUF file are plain ones by now, to be trained and saved
        model.hf_quantizer, model.is_quantized = None, False
        del model.config.quantization_config
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    if tokenizer.pad_token is None:
        raise ValueError(f"the tokenizer of {os.fspath(checkpoint)} has no mark of the end of a text")
    if not tokenizer.chat_template:
        tokenizer.chat_template = PLAIN_TEMPLATE
    return model.to(choose_device(device)).eval(), tokenizer


@contextmanager
def _found(checkpoint: str | os.PathLike[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield where a checkpoint is, as transformers wants to be told, and explain its errors."""
    path, name, options = Path(checkpoint), os.fspath(checkpoint), dict[str, Any]()
    if path.suffix == _GGUF:
        if not path.is_file():
            raise FileNotFoundError(f"there is no language model {name!r}: no such file")
        name, options = os.fspath(path.parent), {"gguf_file": path.name}
    with explain_checkpoint_errors(checkpoint, "language model", "model that AutoModelForCausalLM loads"):
        yield name, options


def _speaks(config: Any) -> bool:
    """Tell whether a model that can fill gaps can also go on with a text."""
    return any(getattr(config, name, False) for name in ("is_decoder", "is_encoder_decoder"))
