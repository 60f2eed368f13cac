"""Vectors of concept names, computed once."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from ..modeling_nuner import NuNerForPreTraining
from .loading import longest_input

# Names whose vectors are kept: some megabytes, whatever a caller's stream of label sets does.
_KEPT = 4096


class ConceptVectors:
    """Vectors of concept names, which are encoded when they are first asked for and then kept.

    Args:
        model: The bi-encoder.
        tokenizer: Tokenizer of its concept encoder.

    Example:
        ```python
        >>> from nuner.modeling_nuner.recognition.concept_vectors import ConceptVectors
        >>> ConceptVectors(model, tokenizer)(["city", "drug"]).shape  # doctest: +SKIP
        torch.Size([2, 384])

        ```
    """

    def __init__(self, model: NuNerForPreTraining, tokenizer: PreTrainedTokenizerBase) -> None:
        self.model = model
        self.tokenizer = tokenizer
        config: Any = model.config.concept_config
        self.max_length = longest_input(config.to_dict(), tokenizer.model_max_length)
        self._vectors: dict[str, Tensor] = {}
        self._lock = Lock()

    @torch.inference_mode()
    def __call__(self, concepts: Sequence[str]) -> Tensor:
        """Look up the vectors of concept names.

        Args:
            concepts: The names.

        Returns:
            The vectors, `(concepts, hidden_size)`.
        """
        with self._lock:
            new = [concept for concept in dict.fromkeys(concepts) if concept not in self._vectors]
            vectors = dict(zip(new, self._encode(new), strict=True)) if new else {}
            result = torch.stack([vectors[c] if c in vectors else self._vectors[c] for c in concepts])
            self._vectors.update(vectors)
            for oldest in list(self._vectors)[: max(0, len(self._vectors) - _KEPT)]:
                del self._vectors[oldest]
        return result

    def _encode(self, concepts: list[str]) -> Tensor:
        encoded = self.tokenizer(
            concepts,
            padding=True,
            padding_side="right",
            truncation=True,
            max_length=self.max_length,
            return_tensors="pt",
        ).to(self.model.device)
        return self.model.encode_concepts(encoded["input_ids"], encoded["attention_mask"]).float()
