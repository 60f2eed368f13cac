"""The encoder of a sitting: vectors of the words of texts as they are, and what it makes of the names of types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

from nuner.modeling_nuner.devices import choose_device
from nuner.modeling_nuner.encoder_loading import load_encoder
from nuner.modeling_nuner.input_length import longest_input
from nuner.modeling_nuner.recognition.backends.packed_linear import pack_linear_layers
from nuner.modeling_nuner.recognition.bi_encoder_loading import has_concept_encoder, load_bi_encoder
from nuner.modeling_nuner.recognition.concepts import concept_labels
from nuner.modeling_nuner.recognition.words.logits import Padding, classify_words
from nuner.modeling_nuner.recognition.words.tokens import WordTokenizer
from nuner.modeling_nuner.recognition.words.windows import plan_windows, window_length
from nuner.modeling_nuner.recognition.zero_shot import TypeClassifiers

from ..few_shot.named_heads import similarity_classifier
from ..word_tokenizer import load_tokenizer

# Part of a window that neighboring ones share, as a recognizer has it.
_OVERLAP = 8


class EncodedWords(NamedTuple):
    """The words of some texts that have vectors, one text after the other.

    Args:
        vectors: Their vectors in float32, `(words, hidden)`.
        text: Which text each belongs to, `(words,)`.
        start: Character of the text with which each begins, `(words,)`.
        end: Behind its last character, `(words,)`.
    """

    vectors: np.ndarray
    text: np.ndarray
    start: np.ndarray
    end: np.ndarray


class TextEncoder:
    """A frozen encoder that reads texts as recognizers do: the same words, long texts in overlapping windows.

    Args:
        encoder: Folder or Hub id of a bi-encoder, or of any encoder that AutoModel loads; it needs a fast tokenizer.

    Attributes:
        knows_names: Whether it is a bi-encoder, which finds types by their names alone.
        hidden: Size of a vector.

    Raises:
        FileNotFoundError: If there is no such encoder.
        ValueError: If the folder holds no encoder, or its tokenizer is not a fast one.

    Example:
        ```python
        >>> from nuner.trainers.active_learning.text_encoder import TextEncoder
        >>> encoder = TextEncoder("nuner-roberta")
        >>> encoder(["Ada lives in Paris."]).start.tolist()
        [0, 4, 10, 13, 18]

        ```
    """

    def __init__(self, encoder: str | Path) -> None:
        self.encoder = str(encoder)
        tokenizer = load_tokenizer(self.encoder)
        self._classifiers: TypeClassifiers | None = None
        self.knows_names = has_concept_encoder(self.encoder)
        if self.knows_names:
            parts = load_bi_encoder(self.encoder, "float32", None)
            self._classifiers = TypeClassifiers(parts.model, parts.tokenizer, parts.concept_tokenizer)
            model: Any = parts.model.nuner.encoder
            self._words = self._classifiers.tokenizer
        else:
            model = load_encoder(self.encoder).eval()
            model.to(choose_device())
            self._words = WordTokenizer.of(tokenizer)
        self._backend = _EncoderBackend(model)
        self.hidden: int = model.config.hidden_size
        longest = window_length(None, longest_input(model.config, tokenizer.model_max_length), "the encoder")
        self._window = longest - len(self._words.prefix) - len(self._words.suffix)
        pad = tokenizer.pad_token_id if isinstance(tokenizer.pad_token_id, int) else 0
        self._padding = Padding(self._words.prefix, self._words.suffix, pad)

    def __call__(self, texts: Sequence[str]) -> EncodedWords:
        """Encode texts.

        Args:
            texts: The texts.

        Returns:
            Their words, in order.
        """
        tokens = self._words(texts)
        windows = plan_windows(tokens.text_starts, self._window, self._window // _OVERLAP)
        vectors = classify_words(self._backend, tokens, windows, self._padding, self.hidden)
        return EncodedWords(vectors, tokens.text, tokens.start, tokens.end)

    def named_classifier(self, types: Mapping[str, str], some_words: np.ndarray) -> nn.Linear:
        """Make the linear layer with which the encoder finds types by their names.

        Args:
            types: Name of each type, and what it means, which is compared.
            some_words: Vectors of words in their texts, with which an encoder that was not trained for it compares
                the names, `(words, hidden)`.

        Returns:
            A layer from vectors of words to the logits of no entity and of each type.
        """
        if self._classifiers is not None:
            backend, _ = self._classifiers(types)
            return backend.classifier
        names = self([*concept_labels(types).values()])
        mean = names.vectors.mean(0) if len(names.vectors) else np.zeros(self.hidden, dtype=np.float32)
        of_type = [names.vectors[names.text == place] for place in range(len(types))]
        # A name without a sub-word leaves its type where it would be without names.
        vectors = np.stack([found.mean(0) if len(found) else mean for found in of_type])
        return similarity_classifier(torch.from_numpy(vectors), torch.from_numpy(some_words))


class _EncoderBackend:
    """An encoder as what gives a vector for each token. Its layers are replaced by faster ones."""

    def __init__(self, model: Any) -> None:
        on_cpu = model.device.type == "cpu"
        self.batch_tokens = 1024 if on_cpu else 16384
        self.max_padding = 0.02 if on_cpu else 0.1
        self.device, self.model = model.device, model
        if on_cpu:
            pack_linear_layers(model)

    @torch.inference_mode()
    def __call__(self, input_ids: np.ndarray, attention_mask: np.ndarray) -> np.ndarray:
        ids, mask = (torch.from_numpy(each).to(self.device) for each in (input_ids, attention_mask))
        return self.model(input_ids=ids, attention_mask=mask).last_hidden_state.float().cpu().numpy()
