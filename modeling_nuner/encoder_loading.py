"""An encoder of any architecture from its checkpoint, with nothing said that needs no answer."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from transformers import AutoModel, PreTrainedModel
from transformers.utils import logging as transformers_logging

_LOAD_REPORT = "LOAD REPORT"


def _is_no_report(record: logging.LogRecord) -> bool:
    return _LOAD_REPORT not in record.getMessage()


@contextmanager
def without_load_report() -> Iterator[None]:
    """Load models without transformers' bars and its table of weights that are missing or left over.

    Whoever uses it asks for the `loading_info` and answers for what is missing.

    Yields:
        Nothing; load the model inside.
    """
    logger = logging.getLogger("transformers.modeling_utils")
    logger.addFilter(_is_no_report)
    try:
        with without_bars():
            yield
    finally:
        logger.removeFilter(_is_no_report)


@contextmanager
def without_bars() -> Iterator[None]:
    """Load and save models without transformers' bars, which count what takes no time.

    Yields:
        Nothing; load and save inside.
    """
    shown = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            transformers_logging.enable_progress_bar()


def drop_pooler(encoder: PreTrainedModel) -> PreTrainedModel:
    """Take the pooler out of an encoder.

    Nothing here uses it, and a parameter without a gradient stops data-parallel training.

    Args:
        encoder: The encoder.

    Returns:
        The encoder.
    """
    if getattr(encoder, "pooler", None) is not None:
        encoder.pooler = None  # pyright: ignore[reportArgumentType]
    return encoder


def load_encoder(checkpoint: str | os.PathLike[str]) -> PreTrainedModel:
    """Load an encoder; of a NuNER checkpoint its text encoder. Code that a checkpoint brings is not run.

    Args:
        checkpoint: Folder or Hub id.

    Returns:
        The encoder of the base architecture, without a pooler.

    Raises:
        OSError: If there is no such checkpoint.
        ValueError: If it lacks weights of the encoder, or needs code of its own.

    Example:
        ```python
        >>> from nuner.modeling_nuner.encoder_loading import load_encoder
        >>> type(load_encoder("nuner-roberta")).__name__
        'RobertaModel'

        ```
    """
    with without_load_report():
        model, loading = AutoModel.from_pretrained(checkpoint, trust_remote_code=False, output_loading_info=True)
    encoder: Any = drop_pooler(model.encoder if model.config.model_type == "nuner" else model)
    missing = sorted(name for name in loading["missing_keys"] if "pooler" not in name.split("."))
    if missing:
        raise ValueError(
            f"{os.fspath(checkpoint)} holds no {type(encoder).__name__}: it has no weights for "
            f"{', '.join(missing[:3])}"
        )
    return encoder
