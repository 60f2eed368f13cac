"""Entities of types that are named at run time."""

from __future__ import annotations

import copy
import logging
import os
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerBase

from ..modeling_nuner import NuNerForPreTraining
from .backends.concepts import ConceptBackend
from .concept_classifier import UNCALIBRATED_THRESHOLD
from .concept_labels import concept_labels
from .concept_vectors import ConceptVectors
from .decoding import WordSpans, decode
from .label_table import OUTSIDE, LabelTable
from .loading import longest_input
from .recognizer import DEFAULT_WINDOW, EntityRecognizer
from .word_tokens import WordTokenizer

logger = logging.getLogger(__name__)

Labels = Iterable[str] | Mapping[str, str]


class ZeroShotRecognizer(EntityRecognizer):
    """Finds entities of any types: a token belongs to a type where its vector agrees with that of the type's name.

    Each word has a calibrated probability for each type; neighboring words of one type are one entity.

    Args:
        model: The bi-encoder.
        tokenizer: Fast tokenizer of its text encoder.
        labels: Names of the types, or names with a description that is compared in place of the name, such as
            `{"TITLE": "movie title"}`.
        concept_tokenizer: Tokenizer of its concept encoder; that of the text encoder when left out.
        nested: Whether entities of different types may overlap: every type is decoded by itself, rather than the
            best type of each word.
        threshold: Probability from which a word belongs to a type; the one that was fitted when left out.
        max_length: Most tokens of a window, special ones included; what the encoder takes, at most 512, when left
            out.
        **kwargs: `overlap`, as for `EntityRecognizer`.

    Raises:
        ValueError: If the labels are empty or not strings, the threshold is no probability, or the tokenizer is not
            a fast one.

    Example:
        ```python
        >>> from nuner import EntityRecognizer
        >>> recognizer = EntityRecognizer.from_pretrained("nuner", labels=["city", "drug"])  # doctest: +SKIP
        >>> recognizer("Aspirin is sold in Paris.")  # doctest: +SKIP
        >>> recognizer.with_labels(["company"])("Acme sells it.")  # doctest: +SKIP

        ```
    """

    def __init__(
        self,
        model: NuNerForPreTraining,
        tokenizer: PreTrainedTokenizerBase,
        labels: Labels,
        *,
        concept_tokenizer: PreTrainedTokenizerBase | None = None,
        nested: bool = False,
        threshold: float | None = None,
        max_length: int | None = None,
        **kwargs: Any,
    ) -> None:
        if threshold is not None and not 0 < threshold < 1:
            raise ValueError(f"threshold is {threshold}; it must be a probability between 0 and 1")
        backend_tokenizer: Any = getattr(tokenizer, "backend_tokenizer", None)
        if not tokenizer.is_fast or backend_tokenizer is None:
            raise ValueError(
                f"{type(tokenizer).__name__} does not tell places in the text; a fast tokenizer is needed"
            )
        if threshold is None and model.config.score_threshold is None:
            logger.warning(
                "The scores of this checkpoint are not calibrated: words count from %s on. Fit them with "
                "nuner.trainers.calibrate, or give a threshold.",
                UNCALIBRATED_THRESHOLD,
            )
        self.model = model.eval()
        self.nested, self.threshold = nested, threshold
        self.vectors = ConceptVectors(model, concept_tokenizer or tokenizer)
        concepts = concept_labels(labels)
        longest = longest_input(model.config.to_dict(), tokenizer.model_max_length)
        if max_length is not None and max_length > longest:
            raise ValueError(f"max_length is {max_length}, but the text encoder reads at most {longest} tokens")
        super().__init__(
            ConceptBackend(model, self.vectors(list(concepts.values())), threshold),
            WordTokenizer(Tokenizer.from_str(backend_tokenizer.to_str())),
            _table(concepts),
            max_length=max_length or min(longest, DEFAULT_WINDOW),
            pad_token_id=tokenizer.pad_token_id if isinstance(tokenizer.pad_token_id, int) else 0,
            **kwargs,
        )

    @classmethod
    def from_pretrained(  # pyright: ignore[reportIncompatibleMethodOverride]
        cls,
        checkpoint: str | os.PathLike[str],
        *,
        labels: Labels,
        dtype: str | None = None,
        device: str | None = None,
        **kwargs: Any,
    ) -> ZeroShotRecognizer:
        """Load a bi-encoder as a recognizer.

        Args:
            checkpoint: Folder or Hub id of what pre-training wrote: the bi-encoder, not the text encoder alone.
            labels: As above.
            dtype: Precision: `"float32"` (the default), `"bfloat16"` or `"float16"`.
            device: Where to run it; an accelerator if there is one.
            **kwargs: `nested`, `threshold`, `max_length`, `overlap`, as above.

        Returns:
            The recognizer.

        Raises:
            FileNotFoundError: If there is no such checkpoint.
            ValueError: If it has no concept encoder, or the labels are empty or not strings.
        """
        from .bi_encoder_loading import load_bi_encoder

        labels = concept_labels(labels)
        parts = load_bi_encoder(os.fspath(checkpoint), dtype or "float32", device)
        return cls(parts.model, parts.tokenizer, labels, concept_tokenizer=parts.concept_tokenizer, **kwargs)

    def with_labels(self, labels: Labels, *, nested: bool | None = None, threshold: float | None = None) -> Any:
        """The same recognizer for other types; model and label vectors are shared, and this one does not change.

        Args:
            labels: As above.
            nested: As above; as here when left out.
            threshold: As above; as here when left out.

        Returns:
            A recognizer.

        Raises:
            ValueError: If the labels are empty or not strings, or the threshold is no probability.
        """
        if threshold is not None and not 0 < threshold < 1:
            raise ValueError(f"threshold is {threshold}; it must be a probability between 0 and 1")
        concepts = concept_labels(labels)
        other = copy.copy(self)
        other.nested = self.nested if nested is None else nested
        other.threshold = self.threshold if threshold is None else threshold
        other.backend = ConceptBackend(self.model, self.vectors(list(concepts.values())), other.threshold)
        other.labels = _table(concepts)
        return other

    def _spans(self, logits: np.ndarray, text_starts: np.ndarray) -> WordSpans:
        if not self.nested:
            return _with_probabilities(decode(logits, text_starts, self.labels), logits)
        by_type = []
        for kind, name in enumerate(self.labels.types):
            found = decode(logits[:, [0, kind + 1]], text_starts, _table([name]))
            by_type.append(found._replace(type=found.type + kind))
        spans = WordSpans(*(np.concatenate(columns) for columns in zip(*by_type, strict=True)))
        # In the order of the text; of entities that begin with the same word the longest first.
        order = np.lexsort((-spans.last, spans.first))
        return _with_probabilities(WordSpans(*(column[order] for column in spans)), logits)


def _table(labels: Iterable[str]) -> LabelTable:
    # One label a type, which both begins and continues its entities, as in IOB1.
    return LabelTable([OUTSIDE, *(f"I-{label}" for label in labels)])


def _with_probabilities(spans: WordSpans, logits: np.ndarray) -> WordSpans:
    """Score spans by the mean calibrated probability of their words, whatever the other types have."""
    running = np.zeros((len(logits) + 1, logits.shape[1]))
    np.cumsum(1 / (1 + np.exp(-logits.astype(np.float64))), axis=0, out=running[1:])
    column = spans.type + 1
    score = (running[spans.last + 1, column] - running[spans.first, column]) / (spans.last + 1 - spans.first)
    return spans._replace(score=score.astype(np.float32))
