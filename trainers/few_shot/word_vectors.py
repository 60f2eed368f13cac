"""Word vectors of a frozen encoder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from nuner.data_builders.labelled.placed_words import place_words
from nuner.modeling_nuner.devices import choose_device
from nuner.modeling_nuner.encoder_loading import load_encoder
from nuner.modeling_nuner.input_length import longest_input
from nuner.modeling_nuner.recognition.words.tokens import WordTokenizer

from ..sub_words import sub_words_of
from ..word_tokenizer import load_word_tokenizer

# Sub-words of a batch with padding: enough to fill the cores, small enough for little padding.
_BATCH_TOKENS = 4096


class NoVectorsError(ValueError):
    """An encoder gives no numbers: its training has gone astray.

    Args:
        encoder: Its folder or Hub id.
    """

    def __init__(self, encoder: str | Path) -> None:
        super().__init__(
            f"the encoder {encoder} gives vectors that are no numbers, as after a training whose loss was none: train "
            "it again with a lower learning rate"
        )


@dataclass(frozen=True)
class WordVectors:
    """Vectors of the words of some sentences, in order.

    Args:
        vectors: The vectors in float32, `(words, hidden)`.
        sentence: Which sentence each belongs to, `(words,)`.
        word: Its place in that sentence, `(words,)`.
        truncated: Number of words without a vector because their sentence was too long.
        empty: Number of words without a vector because the tokenizer makes no sub-word of them.
    """

    vectors: Tensor
    sentence: Tensor
    word: Tensor
    truncated: int
    empty: int

    def of_words(self, values: Sequence[Tensor]) -> Tensor:
        """Pick out of one value for each word of the sentences those of the words that have a vector.

        Args:
            values: Such as classes, `(words of the sentence,)` each.

        Returns:
            The values, `(words,)`.
        """
        starts = torch.tensor([0, *map(len, values)]).cumsum(0)
        return torch.cat(list(values))[starts[self.sentence] + self.word]


class TokenFeatures:
    """Word-level features of a frozen encoder: each word's first sub-word in the last layer.

    Args:
        encoder: Folder or Hub id of any encoder that AutoModel loads; it needs a fast tokenizer.
        bf16: Run the encoder in bfloat16 (faster on processors that have it, a little coarser).
        max_length: Longest sentence in sub-words; what the encoder and its tokenizer allow, if
            not given.

    Raises:
        FileNotFoundError: If there is no such encoder.
        ValueError: If the folder holds no encoder, or its tokenizer does not tell which word a sub-word belongs to.

    Example:
        ```python
        >>> from nuner.trainers import TokenFeatures
        >>> features = TokenFeatures("roberta-base")  # needs the Hub  # doctest: +SKIP
        >>> features([["Ada", "Lovelace"], ["Paris"]]).vectors.shape  # needs the Hub  # doctest: +SKIP
        torch.Size([3, 768])

        ```
    """

    def __init__(self, encoder: str | Path, *, bf16: bool = False, max_length: int | None = None) -> None:
        self.encoder = encoder
        self.tokenizer = load_word_tokenizer(encoder)
        self.model: Any = load_encoder(encoder).eval()
        self.device = choose_device()
        self.model.to(self.device)
        self.bf16 = bf16
        self._words = WordTokenizer.of(self.tokenizer)
        longest = longest_input(self.model.config, self.tokenizer.model_max_length)
        self.max_length = min(longest, max_length or longest)

    @torch.no_grad()
    def __call__(self, sentences: Sequence[Sequence[str]]) -> WordVectors:
        """Encode sentences that are split into words.

        Args:
            sentences: The words of each.

        Returns:
            The vectors of all words that have one.

        Raises:
            NoVectorsError: If any of them is not finite.
        """
        words = sub_words_of(self._words, [place_words(sentence) for sentence in sentences])
        prefix, suffix = self._words.prefix.tolist(), self._words.suffix.tolist()
        budget = self.max_length - len(prefix) - len(suffix)
        ids = [prefix + list(chain.from_iterable(sentence))[:budget] + suffix for sentence in words]
        # of each sentence's words that have a sub-word within the budget, the place of the first one
        places = [
            {
                word: len(prefix) + behind - len(sub_words)
                for word, (sub_words, behind) in enumerate(zip(sentence, accumulate(map(len, sentence)), strict=True))
                if sub_words and behind - len(sub_words) < budget
            }
            for sentence in words
        ]
        parts: list[Tensor] = [torch.empty(0)] * len(sentences)
        for batch in self._batches(ids):
            hidden = self._encode([ids[i] for i in batch])
            for row, i in enumerate(batch):
                parts[i] = hidden[row, list(places[i].values())]
        vectors = torch.cat(parts) if parts else torch.empty(0)
        if not vectors.isfinite().all():
            raise NoVectorsError(self.encoder)
        empty = sum(not word for sentence in words for word in sentence)
        return WordVectors(
            vectors=vectors,
            sentence=torch.tensor([i for i, found in enumerate(places) for _ in found], dtype=torch.long),
            word=torch.tensor([word for found in places for word in found], dtype=torch.long),
            truncated=sum(map(len, words)) - sum(map(len, places)) - empty,
            empty=empty,
        )

    @staticmethod
    def _batches(ids: Sequence[Sequence[int]]) -> Iterator[list[int]]:
        """Sentences of similar length, so that little of a batch is padding."""
        batch: list[int] = []
        for i in sorted(range(len(ids)), key=lambda i: len(ids[i])):
            if batch and (len(batch) + 1) * len(ids[i]) > _BATCH_TOKENS:
                yield batch
                batch = []
            batch.append(i)
        if batch:
            yield batch

    def _encode(self, ids: Sequence[Sequence[int]]) -> Tensor:
        rows = [torch.tensor(row) for row in ids]
        # what stands at padding is masked, so any id will do where there is no pad token
        pad = self.tokenizer.pad_token_id if isinstance(self.tokenizer.pad_token_id, int) else 0
        input_ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=pad)
        lengths = torch.tensor([len(row) for row in ids])
        mask = (torch.arange(input_ids.shape[1]) < lengths[:, None]).long()
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.bf16):
            output = self.model(input_ids=input_ids.to(self.device), attention_mask=mask.to(self.device))
        return output.last_hidden_state.float().cpu()
