"""The tokenizer of an encoder, for whole texts or for sentences that are split into words."""

from __future__ import annotations

import os
from typing import Any

from transformers import AutoConfig, AutoTokenizer, PreTrainedTokenizerBase

from nuner.modeling_nuner.checkpoint_errors import explain_checkpoint_errors


def load_tokenizer(encoder: str | os.PathLike[str], **options: Any) -> PreTrainedTokenizerBase:
    """Load the tokenizer of an encoder.

    It tells before anything large is loaded whether there is an encoder at all.

    Args:
        encoder: Folder or Hub id.
        **options: As for `AutoTokenizer.from_pretrained`.

    Returns:
        The tokenizer.

    Raises:
        FileNotFoundError: If there is no such encoder.
        ValueError: If the folder holds no encoder.

    Example:
        ```python
        >>> from nuner.trainers.word_tokenizer import load_tokenizer
        >>> load_tokenizer("roberta-base").is_fast  # needs the Hub  # doctest: +SKIP
        True

        ```
    """
    with explain_checkpoint_errors(encoder, "encoder", "encoder that AutoModel and AutoTokenizer load"):
        AutoConfig.from_pretrained(encoder, trust_remote_code=False)
        return AutoTokenizer.from_pretrained(encoder, trust_remote_code=False, **options)


def load_word_tokenizer(encoder: str | os.PathLike[str]) -> PreTrainedTokenizerBase:
    """Load the tokenizer of an encoder, ready for sentences that are split into words.

    Like `load_tokenizer` it tells early whether there is an encoder at all.

    Args:
        encoder: Folder or Hub id.

    Returns:
        A fast tokenizer.

    Raises:
        FileNotFoundError: If there is no such encoder.
        ValueError: If the folder holds no encoder, or its tokenizer is not a fast one.

    Example:
        ```python
        >>> from nuner.trainers.word_tokenizer import load_word_tokenizer
        >>> tokenizer = load_word_tokenizer("roberta-base")  # needs the Hub  # doctest: +SKIP
        >>> tokenizer(["Ada", "left"], is_split_into_words=True).word_ids()[1]  # needs the Hub  # doctest: +SKIP
        0

        ```
    """
    # Byte-level vocabularies (RoBERTa's) tell words apart by the space before them.
    tokenizer = load_tokenizer(encoder, add_prefix_space=True)
    if not tokenizer.is_fast:
        raise ValueError(
            f"the tokenizer of the encoder {str(encoder)!r} does not tell which word a sub-word belongs to; "
            "a fast tokenizer (tokenizer.json) is needed"
        )
    return tokenizer
