"""Rows of labelled words to batches."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from transformers import DataCollatorForTokenClassification

_INPUTS = ("input_ids", "attention_mask", "labels")


class LabelledCollator(DataCollatorForTokenClassification):
    """Pad rows of `featurize_labelled` to batches, without the number of their sentence.

    Args:
        tokenizer: Tokenizer of the encoder.
        pad_to_multiple_of: The length of a batch is a multiple of this.

    Example:
        ```python
        >>> from nuner.trainers.fine_tuning.collator import LabelledCollator
        >>> LabelledCollator(tokenizer)(list(features))["labels"].shape  # needs a tokenizer  # doctest: +SKIP
        torch.Size([8, 25])

        ```
    """

    def torch_call(self, features: list[dict[str, Any]]) -> dict[str, Tensor]:
        """Pad rows to a batch.

        Args:
            features: Rows with `input_ids`, `attention_mask` and `labels`.

        Returns:
            Tensors of these names, `(rows, length)`.
        """
        return super().torch_call([{name: row[name] for name in _INPUTS} for row in features])
