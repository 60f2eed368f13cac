"""What a bi-encoder makes of the names of concepts."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from transformers import PreTrainedTokenizerBase

from nuner.modeling_nuner.input_length import longest_input
from nuner.modeling_nuner.modeling_nuner import NuNerForPreTraining

from ...pretraining.concept_table import ConceptTable
from ...progress import counted

_BATCH = 512


@torch.inference_mode()
def concept_vectors(
    model: NuNerForPreTraining, tokenizer: PreTrainedTokenizerBase, concepts: Iterable[str]
) -> tuple[tuple[str, ...], np.ndarray]:
    """Compute the vectors of many concepts, and show how much is done.

    Args:
        model: The bi-encoder, in evaluation mode.
        tokenizer: Tokenizer of its concept encoder.
        concepts: Names.

    Returns:
        The names, sorted, without those of which the tokenizer leaves nothing; and their vectors,
        `(concepts, hidden_size)`.

    Raises:
        ValueError: If there is no name of which the tokenizer leaves anything.

    Example:
        ```python
        >>> from nuner.trainers.experiments.concept_map.concept_vectors import concept_vectors
        >>> # depends on the model
        >>> names, vectors = concept_vectors(model, tokenizer, ["town", "city"])  # doctest: +SKIP

        ```
    """
    longest = longest_input(model.config.concept_config, tokenizer.model_max_length)
    table = ConceptTable.from_names(concepts, tokenizer, longest)
    parts = []
    with counted("Encoding", len(table), "concepts") as advance:
        for start in range(0, len(table), _BATCH):
            input_ids, attention_mask = table.tensors(range(len(table))[start : start + _BATCH])
            vectors = model.encode_concepts(input_ids.to(model.device), attention_mask.to(model.device))
            parts.append(vectors.float().cpu())
            advance(len(vectors))
    return table.names, torch.cat(parts).numpy()
