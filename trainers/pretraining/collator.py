"""Batches of texts with the unique concepts of the batch and sparse targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .concept_table import ConceptTable, pad_right
from .lower_layer_cache import LowerLayerCache

# Lengths are rounded up: CPU kernels are compiled, and kept, for each size of a batch, and accelerators like it too.
LENGTH_MULTIPLE = 8


@dataclass
class ContrastiveCollator:
    """Make the batches that `NuNerForPreTraining` learns from (section 3.2).

    A concept that several entities of a batch share is in it once. Targets are (token, concept) pairs; the dense
    array of the paper is not built.

    Args:
        concepts: Table of all concepts.
        pad_token_id: Id that fills up shorter texts.
        lower_layers: Kept outputs of frozen text layers, added to the batch when given.
        concept_lower_layers: The same of the concept encoder.
    """

    concepts: ConceptTable
    pad_token_id: int
    lower_layers: LowerLayerCache | None = None
    concept_lower_layers: LowerLayerCache | None = None

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Tensor]:
        """Make one batch.

        Args:
            rows: What `featurize_corpus` gives.

        Returns:
            `input_ids`, `attention_mask` and `token_mask` `(batch, length)`, `concept_ids` `(concepts,)`,
            `concept_input_ids` and `concept_attention_mask` `(concepts, concept_length)`, `positives` `(pairs, 2)`:
            index into the flattened tokens, index into the batch's concepts.
        """
        input_ids, attention_mask = pad_right([row["input_ids"] for row in rows], self.pad_token_id, LENGTH_MULTIPLE)
        token_mask, _ = pad_right([row["token_mask"] for row in rows], 0, LENGTH_MULTIPLE)
        length = input_ids.shape[1]
        columns: dict[int, int] = {}
        positives = [
            (place * length + token, columns.setdefault(concept, len(columns)))
            for place, row in enumerate(rows)
            for token, concept in zip(row["positive_tokens"], row["positive_concepts"], strict=True)
        ]
        # Texts without any entity still teach that their tokens are none; every rank must run its concept encoder.
        concept_ids = list(columns) or [0]
        concept_input_ids, concept_attention_mask = self.concepts.tensors(concept_ids)
        batch = {
            "input_ids": input_ids,
            "attention_mask": attention_mask,
            "token_mask": token_mask.bool(),
            "concept_ids": torch.tensor(concept_ids),
            "concept_input_ids": concept_input_ids,
            "concept_attention_mask": concept_attention_mask,
            "positives": torch.tensor(positives, dtype=torch.long).reshape(-1, 2),
        }
        if self.lower_layers is not None:
            batch["lower_hidden_states"] = self.lower_layers.batch([row["row"] for row in rows], length)
        if self.concept_lower_layers is not None:
            batch["concept_lower_hidden_states"] = self.concept_lower_layers.batch(
                concept_ids, concept_input_ids.shape[1]
            )
        return batch
