"""The tokenizer of an encoder, for sentences that are split into words."""

from __future__ import annotations

from pathlib import Path

from transformers import AutoConfig, AutoTokenizer, PreTrainedTokenizerBase

from nuner.modeling_nuner.checkpoint_errors import explain_checkpoint_errors


def load_word_tokenizer(encoder: str | Path) -> PreTrainedTokenizerBase:
    """Load the tokenizer of an encoder, ready for sentences that are split into words.

    It tells before anything large is loaded whether there is an encoder at all.

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
    with explain_checkpoint_errors(encoder, "encoder", "encoder that AutoModel and AutoTokenizer load"):
        AutoConfig.from_pretrained(encoder)
        # Byte-level vocabularies (RoBERTa's) tell words apart by the space before them.
        tokenizer = AutoTokenizer.from_pretrained(encoder, add_prefix_space=True)
    if not tokenizer.is_fast:
        raise ValueError(
            f"the tokenizer of the encoder {str(encoder)!r} does not tell which word a sub-word belongs to; "
            "a fast tokenizer (tokenizer.json) is needed"
        )
    return tokenizer
