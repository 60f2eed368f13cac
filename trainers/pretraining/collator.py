"""Batches of texts with the unique concepts of the batch and sparse targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import Any

import torch

from nuner.modeling_nuner.packing import Packer

from .concept_table import ConceptTable, pad_right
from .corpora.streamed_concepts import StreamedConcepts
from .lower_layer_cache import LowerLayerCache

# Lengths are rounded up: CPU kernels are compiled, and kept, for each size of a batch, and accelerators like it too.
LENGTH_MULTIPLE = 8


@dataclass
class ContrastiveCollator:
    """Make the batches that `NuNerForPreTraining` learns from (section 3.2).

    A concept that several entities of a batch share is in it once. Targets are (token, concept) pairs; the dense
    array of the paper is not built.

    Args:
        concepts: Table of all concepts, or of those of a stream that came so far.
        pad_token_id: Id that fills up shorter texts.
        lower_layers: Kept outputs of frozen text layers, added to the batch when given.
        concept_lower_layers: The same of the concept encoder.
        packer: Lays texts end to end instead of padding them, when given.
        concept_packer: The same for concept names.
    """

    concepts: ConceptTable | StreamedConcepts
    pad_token_id: int
    lower_layers: LowerLayerCache | None = None
    concept_lower_layers: LowerLayerCache | None = None
    packer: Packer | None = None
    concept_packer: Packer | None = None

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Make one batch.

        Args:
            rows: What `featurize_corpus` or `StreamedFeatures` gives.

        Returns:
            `input_ids`, `attention_mask` and `token_mask` `(batch, length)`, `concept_ids` `(concepts,)`,
            `concept_input_ids` and `concept_attention_mask` `(concepts, concept_length)`, `positives` `(pairs, 2)`:
            index into the flattened tokens, index into the batch's concepts. Where texts or names are packed, they
            are one row, and `text_packing` or `concept_packing` is there instead of their attention mask.
        """
        texts, starts = self._packed_texts(rows) if self.packer is not None else self._padded_texts(rows)
        columns: dict[int, int] = {}
        positives = [
            (start + token, columns.setdefault(concept, len(columns)))
            for start, row in zip(starts, rows, strict=True)
            for token, concept in zip(row["positive_tokens"], self._ids(row["positive_concepts"]), strict=True)
            if concept is not None
        ]
        # Texts without any entity still teach that their tokens are none; every rank must run its concept encoder.
        concept_ids = list(columns) or [self.concepts.any_id]
        return {
            **texts,
            "concept_ids": torch.tensor(concept_ids),
            **self._concepts(concept_ids),
            "positives": torch.tensor(positives, dtype=torch.long).reshape(-1, 2),
        }

    def _ids(self, positive_concepts: Any) -> Sequence[int | None]:
        return self.concepts.ids(positive_concepts)

    def _padded_texts(self, rows: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], Sequence[int]]:
        """Return the tensors of the texts, and where each begins among the flattened tokens."""
        input_ids, attention_mask = pad_right([row["input_ids"] for row in rows], self.pad_token_id, LENGTH_MULTIPLE)
        token_mask, _ = pad_right([row["token_mask"] for row in rows], 0, LENGTH_MULTIPLE)
        length = input_ids.shape[1]
        texts = {"input_ids": input_ids, "attention_mask": attention_mask, "token_mask": token_mask.bool()}
        if self.lower_layers is not None:
            texts["lower_hidden_states"] = self.lower_layers.batch([row["row"] for row in rows], length)
        return texts, range(0, len(rows) * length, length)

    def _packed_texts(self, rows: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], Sequence[int]]:
        """Return the same of texts that lie end to end."""
        assert self.packer is not None
        packing = self.packer([row["input_ids"] for row in rows])
        input_ids = packing.pop("input_ids")
        token_mask = torch.zeros(input_ids.shape, dtype=torch.bool)
        flags = torch.tensor(list(chain.from_iterable(row["token_mask"] for row in rows)))
        token_mask[0, : len(flags)] = flags
        texts = {
            # First: the trainer takes the number of rows from the first tensor, and weighs validation losses by it.
            "rows": torch.tensor([row["row"] for row in rows]),
            "input_ids": input_ids,
            "token_mask": token_mask,
            "text_packing": packing,
        }
        if self.lower_layers is not None:
            texts["lower_hidden_states"] = self.lower_layers.packed([row["row"] for row in rows])
        return texts, list(accumulate((len(row["input_ids"]) for row in rows[:-1]), initial=0))

    def _concepts(self, concept_ids: Sequence[int]) -> dict[str, Any]:
        """Return the tensors of the names of concepts."""
        kept = self.concept_lower_layers
        if self.concept_packer is not None:
            packing = self.concept_packer([self.concepts.input_ids[i] for i in concept_ids])
            concepts = {"concept_input_ids": packing.pop("input_ids"), "concept_packing": packing}
            return concepts if kept is None else {**concepts, "concept_lower_hidden_states": kept.packed(concept_ids)}
        input_ids, attention_mask = self.concepts.tensors(concept_ids)
        concepts = {"concept_input_ids": input_ids, "concept_attention_mask": attention_mask}
        if kept is not None:
            concepts["concept_lower_hidden_states"] = kept.batch(concept_ids, input_ids.shape[1])
        return concepts
