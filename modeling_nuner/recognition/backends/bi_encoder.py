"""The text encoder of a bi-encoder with a linear classifier over its token vectors, run by torch."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn
from transformers import PreTrainedModel

from ...devices import use_one_thread_after_fork
from .device_memory import classify_within_memory


class BiEncoderBackend:
    """A bi-encoder as a token classifier.

    Args:
        model: The bi-encoder, in evaluation mode.
        classifier: From token vectors to logits, such as `concept_classifier` makes of the names of entity types.
    """

    def __init__(self, model: PreTrainedModel, classifier: nn.Linear) -> None:
        on_cpu = model.device.type == "cpu"
        self.batch_tokens = 1024 if on_cpu else 16384
        self.max_padding = 0.02 if on_cpu else 0.1
        self.model: Any = model
        self.classifier = classifier

    def __call__(self, input_ids: np.ndarray, attention_mask: np.ndarray) -> np.ndarray:
        """Classify tokens, see `Backend`."""
        return classify_within_memory(self, self._classify, input_ids, attention_mask)

    @torch.inference_mode()
    def _classify(self, input_ids: np.ndarray, attention_mask: np.ndarray) -> np.ndarray:
        use_one_thread_after_fork()
        device = self.model.device
        output = self.model(
            input_ids=torch.from_numpy(input_ids).to(device),
            attention_mask=torch.from_numpy(attention_mask).to(device),
            return_dict=True,
        )
        return self.classifier(output.token_embeddings.float()).cpu().numpy()
