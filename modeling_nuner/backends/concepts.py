"""Calibrated scores of tokens for entity types that are named at run time."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from ..modeling_nuner import NuNerForPreTraining

UNCALIBRATED_THRESHOLD = 0.5


class ConceptBackend:
    """A bi-encoder as a token classifier whose labels are concepts.

    The label of column 0, that of no entity, has the logit of the threshold: the best label of a token is then an
    entity type just where its probability reaches the threshold.

    Args:
        model: The bi-encoder, in evaluation mode.
        label_vectors: Vectors of the concepts, `(labels, hidden_size)`.
        threshold: Probability from which a token belongs to a type; the checkpoint's own when left out.
    """

    def __init__(self, model: NuNerForPreTraining, label_vectors: Tensor, threshold: float | None = None) -> None:
        on_cpu = model.device.type == "cpu"
        self.batch_tokens = 1024 if on_cpu else 16384
        self.max_padding = 0.02 if on_cpu else 0.1
        self.model, self.label_vectors = model, label_vectors
        config = model.config
        self.scale, self.bias = float(config.score_scale), float(config.score_bias)
        self.threshold = threshold if threshold is not None else config.score_threshold or UNCALIBRATED_THRESHOLD

    @torch.inference_mode()
    def __call__(self, input_ids: np.ndarray, attention_mask: np.ndarray) -> np.ndarray:
        """Score tokens, see `Backend`: the logit of the threshold, and behind it the calibrated ones of the labels."""
        device = self.model.device
        output = self.model(
            input_ids=torch.from_numpy(input_ids).to(device),
            attention_mask=torch.from_numpy(attention_mask).to(device),
            return_dict=True,
        )
        logits = self.model.score(output.token_embeddings.float(), self.label_vectors) * self.scale + self.bias
        outside = logits.new_full((*logits.shape[:-1], 1), math.log(self.threshold / (1 - self.threshold)))
        return torch.cat([outside, logits], dim=-1).float().cpu().numpy()
