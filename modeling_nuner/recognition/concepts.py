"""Entity types that are named at run time: their names as concepts, the vectors of these, and their classifier."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from threading import Lock
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedTokenizerBase

from ..input_length import longest_input
from ..modeling_nuner import NuNerForPreTraining
from .labels.named_types import Labels, described_types

UNCALIBRATED_THRESHOLD = 0.5
# Names whose vectors are kept: some megabytes, whatever a caller's stream of label sets does.
_KEPT = 4096
# Halves of surrogate pairs, which no tokenizer takes.
_SURROGATES = re.compile("[\ud800-\udfff]")


def concept_labels(labels: Labels) -> dict[str, str]:
    """Turn entity types into names like the concepts of pre-training: words, in lower case.

    Args:
        labels: Names of the types, or names with a description that is compared in place of the name.

    Returns:
        What is compared for each label, in the order given.

    Raises:
        NamedTypesError: If there is no label, one is not a string, is blank or comes twice.

    Example:
        ```python
        >>> from nuner.modeling_nuner.recognition.concepts import concept_labels
        >>> concept_labels(["RATINGS_AVERAGE", "cell_line"])
        {'RATINGS_AVERAGE': 'ratings average', 'cell_line': 'cell line'}
        >>> concept_labels({"TITLE": "movie title"})
        {'TITLE': 'movie title'}

        ```
    """
    return {
        label: " ".join(_SURROGATES.sub("\ufffd", description).replace("_", " ").lower().split())
        for label, description in described_types(labels).items()
    }


class ConceptVectors:
    """Vectors of concept names, which are encoded when they are first asked for and then kept.

    Args:
        model: The bi-encoder.
        tokenizer: Tokenizer of its concept encoder.

    Example:
        ```python
        >>> from nuner.modeling_nuner.recognition.concepts import ConceptVectors
        >>> ConceptVectors(model, tokenizer)(["city", "drug"]).shape  # depends on the model  # doctest: +SKIP
        torch.Size([2, 384])

        ```
    """

    def __init__(self, model: NuNerForPreTraining, tokenizer: PreTrainedTokenizerBase) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.max_length = longest_input(model.config.concept_config, tokenizer.model_max_length)
        self._vectors: dict[str, Tensor] = {}
        self._lock = Lock()

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle what the vectors are made with."""
        return ConceptVectors, (self.model, self.tokenizer)

    @torch.inference_mode()
    def __call__(self, concepts: Sequence[str]) -> Tensor:
        """Return the vectors of concept names.

        Args:
            concepts: The names.

        Returns:
            The vectors, `(concepts, hidden_size)`.

        Raises:
            ValueError: If the tokenizer leaves nothing of a name.
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
        special = self.tokenizer.num_special_tokens_to_add()
        for concept, length in zip(concepts, encoded["attention_mask"].sum(1).tolist(), strict=True):
            if length <= special:
                raise ValueError(
                    f"the model reads nothing of the candidate label {concept!r}: name it in other characters"
                )
        return self.model.encode_concepts(encoded["input_ids"], encoded["attention_mask"]).float()


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
        >>> from nuner.modeling_nuner.recognition.concepts import concept_classifier
        >>> # depends on the model
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
