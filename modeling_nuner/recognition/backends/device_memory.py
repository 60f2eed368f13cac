"""Batches that do not fit into the memory of a GPU are halved."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

import numpy as np
import torch

logger = logging.getLogger(__name__)


class _Batched(Protocol):
    batch_tokens: int


def classify_within_memory(
    backend: _Batched,
    classify: Callable[[np.ndarray, np.ndarray], np.ndarray],
    input_ids: np.ndarray,
    attention_mask: np.ndarray,
) -> np.ndarray:
    """Classify a batch; where the memory does not suffice for it, each half by itself, and say so once a size.

    Args:
        backend: What classifies; its batches are smaller from then on.
        classify: Classifies a batch of any number of windows.
        input_ids: As `Backend` takes them.
        attention_mask: Likewise.

    Returns:
        The logits, as `Backend` returns them.

    Raises:
        ValueError: If the memory does not suffice for a single window.
    """
    try:
        return classify(input_ids, attention_mask)
    except torch.OutOfMemoryError:
        windows, length = input_ids.shape
        if windows == 1:
            raise ValueError(
                f"the memory of the GPU does not suffice for {length} tokens: read fewer at once (max_length=...)"
            ) from None
    # Outside of the handler: the error holds on to what was computed.
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    half = windows // 2
    tokens = max(length, windows * length // 2)
    if tokens < backend.batch_tokens:
        backend.batch_tokens = tokens
        logger.warning(
            "The memory of the GPU does not suffice for %s tokens at once: %s from now on.", windows * length, tokens
        )
    parts = [slice(None, half), slice(half, None)]
    return np.concatenate(
        [classify_within_memory(backend, classify, input_ids[part], attention_mask[part]) for part in parts]
    )
