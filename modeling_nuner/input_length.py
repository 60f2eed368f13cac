"""How long a text an encoder takes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from .checkpoint_errors import explain_checkpoint_errors

# Architectures that number positions from behind the padding token's id: RoBERTa's 514 positions hold 512 tokens.
_SHIFTED_POSITIONS = frozenset(
    (
        *("camembert", "data2vec-text", "esm", "ibert", "layoutlmv3", "lilt", "longformer", "luke", "markuplm"),
        *("mpnet", "roberta", "roberta-prelayernorm", "xlm-roberta", "xlm-roberta-xl", "xmod"),
    )
)
# Tokenizers without a limit carry an absurdly high one.
_NO_LIMIT = 1_000_000


def longest_input(config: Any, tokenizer_limit: int | None) -> int:
    """Return the most tokens that an encoder reads at once.

    Args:
        config: Its configuration, or the fields of its `config.json`; that of a NuNER model stands for its text
            encoder.
        tokenizer_limit: `model_max_length` of its tokenizer.

    Returns:
        The number, special tokens included; 1,000,000 where nothing limits it.

    Example:
        ```python
        >>> from nuner.modeling_nuner.input_length import longest_input
        >>> longest_input({"model_type": "bert", "max_position_embeddings": 512}, None)
        512
        >>> longest_input({"model_type": "roberta", "max_position_embeddings": 514, "pad_token_id": 1}, None)
        512

        ```
    """
    encoder = _field(config, "text_config") or config
    limit = min(tokenizer_limit or _NO_LIMIT, _NO_LIMIT)
    positions = _field(encoder, "max_position_embeddings")
    # DeBERTa states a number of positions also where its text has relative ones only, whose table never ends.
    has_table = _field(encoder, "position_biased_input") is not False
    if not (has_table and isinstance(positions, int) and positions > 0):
        return limit
    if _field(encoder, "model_type") in _SHIFTED_POSITIONS:
        padding = _field(encoder, "pad_token_id")
        positions -= (1 if padding is None else padding) + 1
    return min(limit, positions)


def fitting_length(encoder: str | os.PathLike[str], wanted: int = 256) -> int:
    """Return the wanted length, or what the encoder reads at once if that is less.

    Args:
        encoder: Folder or Hub id.
        wanted: Longest text, in tokens.

    Returns:
        Tokens, special ones included.

    Raises:
        FileNotFoundError: If there is no such encoder.
        ValueError: If the folder holds no encoder.

    Example:
        ```python
        >>> from nuner.modeling_nuner.input_length import fitting_length
        >>> fitting_length("roberta-base", 1024)
        512

        ```
    """
    from transformers import AutoConfig, AutoTokenizer

    with explain_checkpoint_errors(encoder, "encoder", "encoder that AutoModel and AutoTokenizer load"):
        limit = AutoTokenizer.from_pretrained(encoder, trust_remote_code=False).model_max_length
        config = AutoConfig.from_pretrained(encoder, trust_remote_code=False)
    return min(wanted, longest_input(config, limit))


def _field(config: Any, name: str) -> Any:
    return config.get(name) if isinstance(config, Mapping) else getattr(config, name, None)
