"""Calibrated scores of tokens for entity types that are named at run time."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from nuner.modeling_nuner.modeling_nuner import NuNerForPreTraining

from ..concept_classifier import concept_classifier


class ConceptBackend:
    """A bi-encoder as a token classifier whose labels are concepts, see `concept_classifier`.

    Args:
        model: The bi-encoder, in evaluation mode.
        label_vectors: Vectors of the concepts, `(labels, hidden_size)`.
        threshold: Probability from which a token belongs to a type; the checkpoint's own when left out.
    """

    def __init__(self, model: NuNerForPreTraining, label_vectors: Tensor, threshold: float | None = None) -> None:
        on_cpu = model.device.type == "cpu"
        self.batch_tokens = 1024 if on_cpu else 16384
        self.max_padding = 0.02 if on_cpu else 0.1
        self.model, self.classifier = model, concept_classifier(model, label_vectors, threshold)

    @torch.inference_mode()
    def __call__(self, input_ids: np.ndarray, attention_mask: np.ndarray) -> np.ndarray:
        """Score tokens, see `Backend`: the logit of the threshold, and behind it the calibrated ones of the labels."""
        device = self.model.device
        output = self.model(
            input_ids=torch.from_numpy(input_ids).to(device),
            attention_mask=torch.from_numpy(attention_mask).to(device),
            return_dict=True,
        )
        return self.classifier(output.token_embeddings.float()).cpu().numpy()
