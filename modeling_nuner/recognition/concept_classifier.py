"""Concepts as the labels of a linear token classifier."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from ..modeling_nuner import NuNerForPreTraining

UNCALIBRATED_THRESHOLD = 0.5


@torch.no_grad()
def concept_classifier(
    model: NuNerForPreTraining, concept_vectors: Tensor, threshold: float | None = None
) -> nn.Linear:
    """Make the linear layer that scores tokens for concepts as their bi-encoder does.

    Label 0, that of no entity, has the logit of the threshold whatever the token: the best label of a token is then
    a concept just where its calibrated probability reaches the threshold.

    Args:
        model: The bi-encoder.
        concept_vectors: Vectors of the concepts, `(concepts, hidden_size)`.
        threshold: Probability from which a token belongs to a concept; the checkpoint's own when left out.

    Returns:
        A layer from token vectors to `1 + concepts` logits.

    Example:
        ```python
        >>> from nuner.modeling_nuner.recognition.concept_classifier import concept_classifier
        >>> concept_classifier(model, vectors)(model(**batch).token_embeddings).argmax(-1)  # doctest: +SKIP

        ```
    """
    config = model.config
    if threshold is None:
        threshold = float(config.score_threshold or UNCALIBRATED_THRESHOLD)
    concepts, hidden_size = concept_vectors.shape
    classifier = nn.Linear(hidden_size, 1 + concepts, device=concept_vectors.device)
    classifier.weight[0] = 0.0
    classifier.weight[1:] = concept_vectors * (config.score_scale / config.temperature)
    classifier.bias[0] = math.log(threshold / (1 - threshold))
    classifier.bias[1:] = config.score_bias
    return classifier
