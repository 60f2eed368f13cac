"""The tokenizer of an encoder, for sentences that are split into words."""

from __future__ import annotations

from pathlib import Path

from transformers import AutoConfig, AutoTokenizer, PreTrainedTokenizerBase


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
        >>> tokenizer = load_word_tokenizer("roberta-base")  # doctest: +SKIP
        >>> tokenizer(["Ada", "visited", "Paris"], is_split_into_words=True).word_ids()[1]  # doctest: +SKIP
        0

        ```
    """
    local = Path(encoder).exists()
    missing = f"there is no encoder {str(encoder)!r}: neither a folder with a saved model nor a Hub id within reach"
    if not local and (Path(encoder).is_absolute() or str(encoder).startswith(".")):
        raise FileNotFoundError(missing)
    try:
        AutoConfig.from_pretrained(encoder)
        # Byte-level vocabularies (RoBERTa's) tell words apart by the space before them.
        tokenizer = AutoTokenizer.from_pretrained(encoder, add_prefix_space=True)
    except (OSError, ValueError) as error:
        if local:
            reason = str(error).strip().splitlines()[0]
            raise ValueError(f"{encoder} holds no encoder that AutoModel and AutoTokenizer load ({reason})") from error
        raise FileNotFoundError(missing) from error
    if not tokenizer.is_fast:
        raise ValueError(
            f"the tokenizer of the encoder {str(encoder)!r} does not tell which word a sub-word belongs to; "
            "a fast tokenizer (tokenizer.json) is needed"
        )
    return tokenizer
