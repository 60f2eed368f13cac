"""Load a causal language model and a tokenizer that can write a conversation."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

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
    path = Path(checkpoint)
    of_gguf = path.suffix == _GGUF
    name, options = os.fspath(checkpoint), dict[str, Any]()
    if of_gguf:
        if not path.is_file():
            raise FileNotFoundError(f"there is no language model {name!r}: no such file")
        name, options = os.fspath(path.parent), {"gguf_file": path.name}
    with (
        explain_checkpoint_errors(checkpoint, "language model", "model that AutoModelForCausalLM loads"),
        without_bars(),
    ):
        tokenizer = AutoTokenizer.from_pretrained(name, trust_remote_code=False, **options)
        model: Any = AutoModelForCausalLM.from_pretrained(name, dtype=dtype, trust_remote_code=False, **options)
    if of_gguf:  # the weights are plain ones by now, to be trained and saved
        model.hf_quantizer, model.is_quantized = None, False
        del model.config.quantization_config
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    if tokenizer.pad_token is None:
        raise ValueError(f"the tokenizer of {os.fspath(checkpoint)} has no mark of the end of a text")
    if not tokenizer.chat_template:
        tokenizer.chat_template = PLAIN_TEMPLATE
    return model.to(choose_device(device)).eval(), tokenizer
