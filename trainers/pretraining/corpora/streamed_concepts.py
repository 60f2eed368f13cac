"""Concepts of a stream, which nobody knows before they come."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from torch import Tensor
from transformers import PreTrainedTokenizerBase

from ..concept_table import pad_right

# What stands for the concepts of a batch that has none.
_ANY_CONCEPT = "entity"


@dataclass
class StreamedConcepts:
    """Concepts by a hash of their names, so that all processes call one by the same id; names are tokenized once.

    Args:
        tokenizer: Tokenizer of the concept encoder.
        max_length: Longest name, in tokens; what is beyond is cut.
        pad_token_id: Id that fills up shorter names.

    Attributes:
        input_ids: Concept id -> token ids of its name, special tokens included, of those that came so far.

    Example:
        ```python
        >>> from nuner.trainers.pretraining.corpora.streamed_concepts import StreamedConcepts
        >>> concepts = StreamedConcepts(tokenizer, max_length=16, pad_token_id=0)
        >>> river, city, again = concepts.ids(["river", "city", "river"])
        >>> river == again, river == city, len(concepts.input_ids)
        (True, False, 2)

        ```
    """

    tokenizer: PreTrainedTokenizerBase
    max_length: int
    pad_token_id: int
    input_ids: dict[int, tuple[int, ...]] = field(default_factory=dict)
    _ids: dict[str, int | None] = field(default_factory=dict)

    def ids(self, positive_concepts: Sequence[str]) -> list[int | None]:
        """Return the ids of concepts.

        Args:
            positive_concepts: Their names, as `StreamedFeatures` has them.

        Returns:
            The ids; None for a name of which the tokenizer leaves nothing.
        """
        new = [name for name in dict.fromkeys(positive_concepts) if name not in self._ids]
        if new:
            special = self.tokenizer.num_special_tokens_to_add()
            encoded = self.tokenizer(new, truncation=True, max_length=self.max_length)["input_ids"]
            for name, tokens in zip(new, encoded, strict=True):
                self._ids[name] = _hash(name) if len(tokens) > special else None
                if len(tokens) > special:
                    self.input_ids[_hash(name)] = tuple(tokens)
        return [self._ids[name] for name in positive_concepts]

    @property
    def any_id(self) -> int:
        """The id of some concept."""
        if not self.input_ids:
            self.ids([_ANY_CONCEPT])
        return next(iter(self.input_ids))

    @property
    def sample(self) -> Sequence[Sequence[int]]:
        """Token ids of a name."""
        return [self.input_ids[self.any_id]]

    @property
    def longest(self) -> int:
        """Most tokens that a name can have."""
        return self.max_length

    def tensors(self, concept_ids: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Return token ids and attention mask of some concepts, as `ConceptTable.tensors` does."""
        return pad_right([self.input_ids[i] for i in concept_ids], self.pad_token_id)


def _hash(name: str) -> int:
    """A number of 63 bits."""
    return int.from_bytes(hashlib.sha1(name.encode("utf-8"), usedforsecurity=False).digest()[:8], "big") >> 1
