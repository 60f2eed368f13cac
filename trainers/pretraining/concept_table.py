"""The table of all concept names of a corpus, tokenized once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from ..progress import counted

# What a tokenizer returns is large: hundreds of bytes a token.
_NAMES_AT_ONCE = 5_000
_IDS_ALONE: dict[str, Any] = {"return_attention_mask": False, "return_token_type_ids": False}


@dataclass(frozen=True)
class ConceptTable:
    """Concept names and their token ids; a concept's id is its place here.

    Args:
        names: The names, each once.
        input_ids: Token ids of each name, special tokens included.
        pad_token_id: Id that fills up shorter names.
    """

    names: tuple[str, ...]
    input_ids: tuple[tuple[int, ...], ...]
    pad_token_id: int

    @classmethod
    def from_names(
        cls,
        names: Iterable[str],
        tokenizer: PreTrainedTokenizerBase,
        max_length: int = 16,
        *,
        show_progress: bool = False,
    ) -> ConceptTable:
        """Tokenize concept names.

        Args:
            names: The names; repeated ones count once, their order does not matter. Those of which the tokenizer
                leaves nothing are left out.
            tokenizer: Tokenizer of the concept encoder.
            max_length: Longest name, in tokens; what is beyond is cut.
            show_progress: Whether to show how many names are done.

        Returns:
            The table.

        Raises:
            ValueError: If there is no name, or none of which the tokenizer leaves anything.

        Example:
            ```python
            >>> from nuner.trainers.pretraining.concept_table import ConceptTable
            >>> table = ConceptTable.from_names(["river", "city", "river"], tokenizer)
            >>> table.names
            ('city', 'river')

            ```
        """
        unique = sorted(set(names))
        if not unique:
            raise ValueError("The corpus has no concept to learn from; check its filters.")
        special = tokenizer.num_special_tokens_to_add()
        read: dict[str, tuple[int, ...]] = {}
        with counted("Tokenizing the concepts", len(unique), "names", show=show_progress) as advance:
            for start in range(0, len(unique), _NAMES_AT_ONCE):
                some = unique[start : start + _NAMES_AT_ONCE]
                encoded = tokenizer(some, truncation=True, max_length=max_length, **_IDS_ALONE)["input_ids"]
                read.update((name, tuple(ids)) for name, ids in zip(some, encoded, strict=True) if len(ids) > special)
                advance(len(some))
        if not read:
            raise ValueError("The tokenizer leaves nothing of any concept's name; choose another concept encoder.")
        return cls(tuple(read), tuple(read.values()), cast(int, tokenizer.pad_token_id or 0))

    def __len__(self) -> int:
        """Return the number of concepts."""
        return len(self.names)

    @property
    def any_id(self) -> int:
        """The id of some concept."""
        return 0

    @property
    def sample(self) -> Sequence[Sequence[int]]:
        """Token ids of one or two names."""
        return self.input_ids[:2]

    @property
    def longest(self) -> int:
        """Most tokens that a name has."""
        return max(map(len, self.input_ids))

    def ids(self, positive_concepts: Sequence[int]) -> Sequence[int]:
        """Return the ids of concepts, which features of a corpus have already.

        Args:
            positive_concepts: As `featurize_corpus` has them.
        """
        return positive_concepts

    def tensors(self, concept_ids: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Return token ids and attention mask of some concepts.

        Args:
            concept_ids: Their ids.

        Returns:
            Two tensors of shape `(concepts, length of the longest)`, padded on the right.
        """
        return pad_right([self.input_ids[i] for i in concept_ids], self.pad_token_id)


def pad_right(sequences: Sequence[Sequence[int]], pad_token_id: int, multiple_of: int = 1) -> tuple[Tensor, Tensor]:
    """Pad token ids to one length, always on the right, whatever a tokenizer prefers.

    Args:
        sequences: Token ids.
        pad_token_id: What to fill up with.
        multiple_of: The length is rounded up to a multiple of this.

    Returns:
        Token ids and attention mask, `(sequences, length of the longest, rounded up)`.

    Example:
        ```python
        >>> from nuner.trainers.pretraining.concept_table import pad_right
        >>> input_ids, attention_mask = pad_right([[5, 6, 7], [8]], pad_token_id=0)
        >>> input_ids.tolist(), attention_mask.tolist()
        ([[5, 6, 7], [8, 0, 0]], [[1, 1, 1], [1, 0, 0]])

        ```
    """
    longest = max(len(ids) for ids in sequences)
    longest += -longest % multiple_of
    input_ids = torch.full((len(sequences), longest), pad_token_id, dtype=torch.long)
    attention_mask = torch.zeros(len(sequences), longest, dtype=torch.long)
    for row, ids in enumerate(sequences):
        input_ids[row, : len(ids)] = torch.as_tensor(ids)
        attention_mask[row, : len(ids)] = 1
    return input_ids, attention_mask
