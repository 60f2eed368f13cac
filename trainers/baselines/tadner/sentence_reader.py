"""Sentences as an encoder reads them, with the place of each word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import accumulate, chain, pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize
from transformers import PreTrainedTokenizerBase

from nuner.data_builders.labelled.label_schemes import EntitySpan
from nuner.data_builders.labelled.placed_words import place_words
from nuner.modeling_nuner.recognition.words.batching import plan_batches
from nuner.modeling_nuner.recognition.words.tokens import WordTokenizer

from ...fine_tuning.features import word_windows
from ...sub_words import sub_words_of

# Most words of a batch with padding, and the largest part of it that may be padding.
_BATCH_WORDS, _MOST_PADDING = 2048, 0.25


def batches(sentences: Sequence[Sequence[str]]) -> list[list[int]]:
    """Group sentences of similar length.

    Args:
        sentences: The words of each.

    Returns:
        The places of those of each batch.

    Example:
        ```python
        >>> from nuner.trainers.baselines.tadner.sentence_reader import batches
        >>> batches([["in", "Rome"], ["here"], ["in"] * 2000])
        [[2], [0, 1]]

        ```
    """
    lengths = np.array([max(1, len(words)) for words in sentences], dtype=np.int64)
    return [batch.tolist() for batch in plan_batches(lengths, _BATCH_WORDS, _MOST_PADDING)]


@dataclass(frozen=True)
class ReadSentences:
    """Some sentences in rows of sub-words; a long one has several rows, of which each word is looked up in one.

    Args:
        input_ids: Token ids, `(rows, length)`.
        attention_mask: 1 for tokens, 0 for padding, `(rows, length)`.
        row: The row of each word, the sentences' words one after the other, `(words,)`.
        column: The place of its first sub-word there, `(words,)`.
        read: Whether the tokenizer leaves anything of it, `(words,)`; if not, it has no place.
        lengths: Number of words of each sentence.
    """

    input_ids: Tensor
    attention_mask: Tensor
    row: Tensor
    column: Tensor
    read: Tensor
    lengths: list[int]

    def to(self, device: torch.device, **options: Any) -> ReadSentences:
        """Copy the tensors to a device.

        Args:
            device: The device.
            **options: As for `torch.Tensor.to`.
        """
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        moved = {name: value.to(device, **options) for name, value in values.items() if isinstance(value, Tensor)}
        return replace(self, **moved)

    def words_of(self, hidden: Tensor) -> Tensor:
        """Pick the vectors of words.

        Args:
            hidden: Vectors of the tokens, `(rows, length, hidden)`.

        Returns:
            Those of each word's first sub-word, zeros where there is none, `(words, hidden)`.
        """
        return hidden[self.row, self.column] * self.read[:, None]

    @property
    def bounds(self) -> list[tuple[int, int]]:
        """The first word of each sentence and the one behind its last."""
        return [*pairwise([0, *accumulate(self.lengths)])]

    def span_directions(self, vectors: Tensor, spans: Sequence[Sequence[EntitySpan]]) -> Tensor:
        """Average the vectors of the words of spans, and keep the direction alone.

        Args:
            vectors: Vectors of the words, `(words, hidden)`.
            spans: The spans of each sentence.

        Returns:
            Vectors of length 1, or 0 where the tokenizer leaves nothing of a span, `(spans, hidden)`.
        """
        sums = [
            vectors[first + span.start : first + span.end].sum(0)
            for (first, _), of_sentence in zip(self.bounds, spans, strict=True)
            for span in of_sentence
        ]
        return normalize(torch.stack(sums), dim=-1) if sums else vectors[:0]

    def sentence_directions(self, vectors: Tensor) -> Tensor:
        """Average the vectors of the words of each sentence, and keep the direction alone.

        Args:
            vectors: Vectors of the words, `(words, hidden)`.

        Returns:
            Vectors of length 1, or 0 where the tokenizer leaves nothing of a sentence, `(sentences, hidden)`.
        """
        return normalize(torch.stack([part.sum(0) for part in vectors.split(self.lengths)]), dim=-1)


class SentenceReader:
    """Tokenizes sentences that are split into words, as `featurize_labelled` does.

    Args:
        tokenizer: A fast tokenizer.
        max_length: Longest row, in sub-words, special tokens included.

    Example:
        ```python
        >>> from nuner.trainers.baselines.tadner.sentence_reader import SentenceReader
        >>> from nuner.trainers.word_tokenizer import load_word_tokenizer
        >>> reader = SentenceReader(load_word_tokenizer("nuner-roberta"), max_length=64)
        >>> reader([["in", "Rome"], ["here"]]).bounds
        [(0, 2), (2, 3)]

        ```
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, max_length: int) -> None:
        self._words = WordTokenizer.of(tokenizer)
        # What stands at padding is masked, so any id will do where there is no pad token.
        self._pad = tokenizer.pad_token_id if isinstance(tokenizer.pad_token_id, int) else 0
        self._prefix, self._suffix = self._words.prefix.tolist(), self._words.suffix.tolist()
        self._budget = max_length - len(self._prefix) - len(self._suffix)

    def __call__(self, sentences: Sequence[Sequence[str]]) -> ReadSentences:
        """Tokenize sentences.

        Args:
            sentences: The words of each; one sentence at least.

        Returns:
            The sentences, on the CPU.
        """
        rows: list[list[int]] = []
        places: list[tuple[int, int, bool]] = []
        for words in sub_words_of(self._words, [place_words(sentence) for sentence in sentences]):
            for window in word_windows([len(word) for word in words], self._budget):
                ids = list(chain.from_iterable(words[window.start : window.end]))[: self._budget]
                column = len(self._prefix) + sum(map(len, words[window.start : window.first]))
                for word in words[window.first : window.last]:
                    places.append((len(rows), column, True) if word else (len(rows), 0, False))
                    column += len(word)
                rows.append(self._prefix + ids + self._suffix or [self._pad])
        lengths = torch.tensor([len(row) for row in rows])
        input_ids = torch.nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], True, self._pad)
        row, column, read = torch.tensor(places, dtype=torch.long).reshape(-1, 3).T
        return ReadSentences(
            input_ids=input_ids,
            attention_mask=(torch.arange(input_ids.shape[1]) < lengths[:, None]).long(),
            row=row,
            column=column,
            read=read.bool(),
            lengths=[*map(len, sentences)],
        )
