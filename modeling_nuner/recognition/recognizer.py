"""Entities out of texts, as fast as the machine allows: of the types of a checkpoint, or of types that are named."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .backends import Backend, BackendName, DeviceMap
from .decoding import Decoder, LabelDecoder, WordSpans
from .entities import Entity, place_entities
from .labels.label_table import LabelTable
from .labels.named_types import Labels, check_threshold, described_types, types_among
from .loading import is_token_classifier, load_parts
from .text_sources import recognize_source, text_or_none
from .words.logits import Padding, classify_words
from .words.tokens import WordTokenizer, WordTokens
from .words.windows import DEFAULT_WINDOW, plan_windows, window_length

if TYPE_CHECKING:  # an exported recognizer runs where these are not installed
    from transformers import PreTrainedTokenizerBase

    from ..modeling_nuner import NuNerForPreTraining

# What is read before the first result: enough texts of each length to fill batches without padding.
LOOK_AHEAD_TEXTS = 2048
LOOK_AHEAD_CHARACTERS = 1 << 20


@dataclass
class RecognitionCounts:
    """What a recognizer has done since it was made.

    Args:
        texts: Texts given.
        empty: Those of them that were empty, blank or missing.
        windowed: Those that were longer than the encoder reads at once.
        tokens: Sub-words read, those in overlaps twice, without padding.
        entities: Entities found.
    """

    texts: int = 0
    empty: int = 0
    windowed: int = 0
    tokens: int = 0
    entities: int = 0


class EntityRecognizer:
    """Finds the entities of texts of any number and length.

    Use `EntityRecognizer.from_pretrained`. Texts are tokenized together and grouped by length into batches bounded
    by their tokens; results come in the order of the texts. Texts longer than the encoder reads at once are read in
    overlapping windows.

    Args:
        backend: What computes the logits.
        tokenizer: The tokenizer.
        labels: The labels.
        decoder: What turns the logits of words into entities; `LabelDecoder(labels)` when left out.
        max_length: Most tokens of a window, special ones included.
        pad_token_id: Id that fills batches up.
        overlap: Tokens that neighboring windows share; an eighth of a window when left out.
        types: Those of the labels' types that count; all when left out.
        threshold: Score from which an entity counts, 0 to 1; any when left out.

    Attributes:
        types: The entity types that are found.

    Raises:
        ValueError: If the window or the overlap leave no room for text, the threshold is no probability, or the labels
            have no such type.

    Example:
        ```python
        >>> from nuner import EntityRecognizer
        >>> recognizer = EntityRecognizer.from_pretrained("recognizer")
        >>> recognizer("Ada lives in Paris.")  # depends on the model  # doctest: +SKIP
        [{'start': 13, 'end': 18, 'text': 'Paris', 'label': 'city', 'score': 0.98}]

        ```
    """

    def __init__(
        self,
        backend: Backend,
        tokenizer: WordTokenizer,
        labels: LabelTable,
        *,
        decoder: Decoder | None = None,
        max_length: int = DEFAULT_WINDOW,
        pad_token_id: int = 0,
        overlap: int | None = None,
        types: Sequence[str] | None = None,
        threshold: float | None = None,
    ) -> None:
        self.backend = backend
        self.tokenizer = tokenizer
        self.labels = labels
        self.decoder: Decoder = LabelDecoder(labels) if decoder is None else decoder
        self.pad_token_id = pad_token_id
        self.window = max_length - len(tokenizer.prefix) - len(tokenizer.suffix)
        self.overlap = self.window // 8 if overlap is None else overlap
        if not 0 <= self.overlap < self.window:
            raise ValueError(
                f"windows of {max_length} tokens that share {self.overlap} leave no room for text: raise max_length "
                "or lower overlap"
            )
        self.types = labels.types if types is None else types_among(types, labels.types)
        self.threshold = check_threshold(threshold)
        self.counts = RecognitionCounts()

    @classmethod
    def from_pretrained(
        cls,
        checkpoint: str | os.PathLike[str],
        backend: BackendName = "torch",
        dtype: str | None = None,
        *,
        device: str | None = None,
        device_map: DeviceMap | None = None,
        max_length: int | None = None,
        labels: Labels | None = None,
        threshold: float | None = None,
        decoding: Literal["greedy", "viterbi"] = "greedy",
        overlap: int | None = None,
        **kwargs: Any,
    ) -> EntityRecognizer:
        """Load a recognizer.

        Args:
            checkpoint: Folder or Hub id: any `...ForTokenClassification` checkpoint for torch, what `nuner export`
                writes for ONNX and OpenVINO.
            backend: `"torch"`, `"onnx"` (onnxruntime; needs no torch) or `"openvino"`.
            dtype: Precision: `"float32"` (the default), `"bfloat16"`, `"float16"`, or `"int8"` for exports.
            device: Where torch runs it; an accelerator if there is one.
            device_map: Where torch puts which part of it, in place of `device`: as for `from_pretrained` of
                transformers.
            max_length: Most tokens that are read at once; what the encoder takes, at most 512, when left out.
            labels: Entity types. A bi-encoder, as pre-training leaves it, looks for them by their names, or by
                descriptions of these, and the result is a `ZeroShotRecognizer`; of the types that another checkpoint
                was trained for, these count.
            threshold: Score from which an entity counts, 0 to 1; any when left out. Of a bi-encoder, as
                `ZeroShotRecognizer` takes it.
            decoding: `"greedy"` (the best label of each word) or `"viterbi"` (the best sequence without invalid
                labels). Types that are named have no labels that could be invalid.
            overlap: Tokens that neighboring windows share; an eighth of a window when left out.
            **kwargs: Of a bi-encoder, `nested` as `ZeroShotRecognizer` takes it.

        Returns:
            The recognizer.

        Raises:
            FileNotFoundError: If there is no such checkpoint.
            ValueError: If it has no classifier, does not name its labels or has none of that type, or its tokenizer is
                not a fast one.
        """
        check_threshold(threshold)
        if labels is not None:
            labels = described_types(labels)
            if backend == "torch" and not is_token_classifier(os.fspath(checkpoint)):
                kwargs |= {"threshold": threshold, "max_length": max_length, "overlap": overlap}
                return ZeroShotRecognizer.from_pretrained(
                    checkpoint, labels=labels, dtype=dtype, device=device, device_map=device_map, **kwargs
                )
        parts = load_parts(os.fspath(checkpoint), backend, dtype, device, device_map)
        return cls(
            parts.backend,
            parts.tokenizer,
            parts.labels,
            decoder=LabelDecoder(parts.labels, decoding),
            max_length=window_length(max_length, parts.longest, os.fspath(checkpoint)),
            pad_token_id=parts.pad_token_id,
            overlap=overlap,
            types=None if labels is None else types_among(labels, parts.labels.types),
            threshold=threshold,
            **kwargs,
        )

    def with_labels(self, labels: Labels | None = None, *, threshold: float | None = None) -> EntityRecognizer:
        """Return the same recognizer for some of its types, or with another threshold; it shares the model.

        Args:
            labels: Those of its types that count; as here when left out.
            threshold: Score from which an entity counts; as here when left out.

        Returns:
            A recognizer; this one does not change.

        Raises:
            NamedTypesError: If it has no such type, or the threshold is no probability.
        """
        other = copy.copy(self)
        other.types = self.types if labels is None else types_among(labels, self.labels.types)
        other.threshold = self.threshold if threshold is None else check_threshold(threshold)
        return other

    def __call__(self, texts: Any, column: str = "text") -> Any:
        """Recognize the entities of one text or of many.

        Args:
            texts: A string, a list, a `datasets` column, a pandas or polars Series or data frame, or an iterator,
                which may be endless. None, NaN, empty and blank texts have no entities and are counted.
            column: The column of a data frame that holds the texts.

        Returns:
            A list of entities for a string; a list of such lists for what has a length; a copy with a column
            `entities` for a data frame; a generator for an iterator.

        Raises:
            ValueError: If a text is not a string, with its number.
        """
        return recognize_source(texts, column, self.stream)

    def stream(self, texts: Iterable[str | None]) -> Iterator[list[Entity]]:
        """Recognize texts one pool after another, in constant memory.

        Args:
            texts: The texts; may be endless. Up to 2,048 texts or 1,048,576 characters are read ahead.

        Yields:
            The entities of each text, in order.
        """
        pool: list[str | None] = []
        characters = 0
        for place, value in enumerate(texts):
            text = text_or_none(value, place)
            pool.append(text)
            characters += len(text or "")
            if len(pool) >= LOOK_AHEAD_TEXTS or characters >= LOOK_AHEAD_CHARACTERS:
                yield from self._recognize(pool)
                pool, characters = [], 0
        yield from self._recognize(pool)

    def _recognize(self, pool: list[str | None]) -> list[list[Entity]]:
        places = [place for place, text in enumerate(pool) if text is not None]
        texts = [text for text in pool if text is not None]
        results: list[list[Entity]] = [[] for _ in pool]
        self.counts.texts += len(pool)
        self.counts.empty += len(pool) - len(texts)
        if texts:
            tokens = self.tokenizer(texts)
            logits = self.word_logits(tokens)
            first_word = np.searchsorted(tokens.text, np.arange(len(texts)))
            spans = self._counted(self.decoder(logits, first_word))
            self.counts.entities += len(spans.first)
            for text, entity in place_entities(texts, tokens, spans, self.labels.types):
                results[places[text]].append(entity)
        return results

    def _counted(self, spans: WordSpans) -> WordSpans:
        if self.threshold is None and self.types == self.labels.types:
            return spans
        return spans.counted([self.labels.types.index(name) for name in self.types], self.threshold)

    def word_logits(self, tokens: WordTokens) -> np.ndarray:
        """Compute the logits of the first sub-word of each word.

        Args:
            tokens: What the tokenizer makes of the texts.

        Returns:
            The logits, `(words, labels)`.
        """
        windows = plan_windows(tokens.text_starts, self.window, self.overlap)
        self.counts.tokens += int((windows.end - windows.start).sum())
        self.counts.windowed += int((np.diff(tokens.text_starts) > self.window).sum())
        padding = Padding(self.tokenizer.prefix, self.tokenizer.suffix, self.pad_token_id)
        return classify_words(self.backend, tokens, windows, padding, len(self.labels.names))


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
        overlap: Tokens that neighboring windows share; an eighth of a window when left out.

    Raises:
        ValueError: If the labels are empty or not strings, the threshold is no probability, or the tokenizer is not
            a fast one.

    Example:
        ```python
        >>> from nuner import EntityRecognizer
        >>> recognizer = EntityRecognizer.from_pretrained("nuner-roberta", labels=["city", "drug"])
        >>> recognizer("Aspirin is sold in Paris.")  # depends on the model  # doctest: +SKIP
        >>> recognizer.with_labels(["company"])("Acme sells it.")  # depends on the model  # doctest: +SKIP

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
        overlap: int | None = None,
    ) -> None:
        from .zero_shot import TypeClassifiers

        self.descriptions = described_types(labels)
        self.classifiers = TypeClassifiers(model, tokenizer, concept_tokenizer)
        backend, decoder = self.classifiers(self.descriptions, nested, threshold)
        super().__init__(
            backend,
            self.classifiers.tokenizer,
            decoder.labels,
            decoder=decoder,
            max_length=window_length(max_length, self.classifiers.longest, "the text encoder"),
            pad_token_id=self.classifiers.pad_token_id,
            overlap=overlap,
        )
        self.model, self.nested, self.threshold = model, nested, threshold

    @classmethod
    def from_pretrained(  # pyright: ignore[reportIncompatibleMethodOverride]
        cls,
        checkpoint: str | os.PathLike[str],
        *,
        labels: Labels,
        dtype: str | None = None,
        device: str | None = None,
        device_map: DeviceMap | None = None,
        **kwargs: Any,
    ) -> ZeroShotRecognizer:
        """Load a bi-encoder as a recognizer.

        Args:
            checkpoint: Folder or Hub id of what pre-training wrote: the bi-encoder, not the text encoder alone.
            labels: As above.
            dtype: Precision: `"float32"` (the default), `"bfloat16"` or `"float16"`.
            device: Where to run it; an accelerator if there is one.
            device_map: Where to put which part of it, in place of `device`.
            **kwargs: `nested`, `threshold`, `max_length`, `overlap`, as above.

        Returns:
            The recognizer.

        Raises:
            FileNotFoundError: If there is no such checkpoint.
            ValueError: If it has no concept encoder, or the labels are empty or not strings.
        """
        from .bi_encoder_loading import load_bi_encoder

        labels = described_types(labels)
        parts = load_bi_encoder(os.fspath(checkpoint), dtype or "float32", device, device_map)
        return cls(parts.model, parts.tokenizer, labels, concept_tokenizer=parts.concept_tokenizer, **kwargs)

    def with_labels(
        self, labels: Labels | None = None, *, nested: bool | None = None, threshold: float | None = None
    ) -> ZeroShotRecognizer:
        """Return the same recognizer for other types; it shares the model and the vectors of names with this one.

        Args:
            labels: As above; as here when left out.
            nested: As above; as here when left out.
            threshold: As above; as here when left out.

        Returns:
            A recognizer; this one does not change.

        Raises:
            ValueError: If the labels are empty or not strings, or the threshold is no probability.
        """
        other = copy.copy(self)
        other.nested = self.nested if nested is None else nested
        other.threshold = self.threshold if threshold is None else threshold
        other.descriptions = self.descriptions if labels is None else described_types(labels)
        other.backend, decoder = self.classifiers(other.descriptions, other.nested, other.threshold)
        other.decoder, other.labels, other.types = decoder, decoder.labels, decoder.labels.types
        return other

    def _counted(self, spans: WordSpans) -> WordSpans:
        # Each word of them has reached the threshold.
        return spans
