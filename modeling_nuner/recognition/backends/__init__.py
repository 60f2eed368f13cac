"""What computes the logits: torch, onnxruntime or OpenVINO."""

from __future__ import annotations

from typing import Literal, Protocol

import numpy as np

BackendName = Literal["torch", "onnx", "openvino"]

DeviceMap = str | dict[str, int | str]
"""Which device has which part of a model, or how to find that out: `device_map` of transformers."""


class Backend(Protocol):
    """A token classifier, whatever runs it.

    Args:
        batch_tokens: Tokens of a batch at which it is fastest.
        max_padding: Part of a batch that may be padding before two batches are faster.
    """

    batch_tokens: int
    max_padding: float

    def __call__(self, input_ids: np.ndarray, attention_mask: np.ndarray) -> np.ndarray:
        """Classify tokens.

        Args:
            input_ids: Token ids, `(batch, length)`, int64.
            attention_mask: 1 for tokens, 0 for padding, `(batch, length)`, int64.

        Returns:
            The logits, `(batch, length, labels)`, float32.
        """
        ...
