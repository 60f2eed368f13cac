"""How long a text an encoder takes."""

from __future__ import annotations

import os

from transformers import AutoConfig, AutoTokenizer


def fitting_length(encoder: str | os.PathLike[str], wanted: int = 256) -> int:
    """The wanted length, or what the encoder has positions for if that is less.

    Args:
        encoder: Folder or Hub id.
        wanted: Longest text, in tokens.

    Returns:
        Tokens.

    Example:
        ```python
        >>> from nuner.trainers.input_length import fitting_length
        >>> fitting_length("roberta-base")  # doctest: +SKIP
        256

        ```
    """
    config = AutoConfig.from_pretrained(encoder)
    config = getattr(config, "text_config", None) or config
    limits = [wanted, AutoTokenizer.from_pretrained(encoder).model_max_length]
    # Not all architectures have a table of positions.
    positions = getattr(config, "max_position_embeddings", None)
    if positions:
        limits.append(positions)
    return min(limits)
