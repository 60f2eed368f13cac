"""Entities out of texts, as fast as the machine allows."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

import numpy as np

from .backends import Backend, BackendName
from .batching import plan_batches
from .decoding import WordSpans, decode
from .label_table import LabelTable
from .text_sources import answer_in_kind, text_or_none
from .windows import Windows, plan_windows
from .word_tokens import WordTokenizer, WordTokens

# Longer windows cost more attention than they gain context, and most recognizers were trained on single sentences.
DEFAULT_WINDOW = 512
# What is read before the first result: enough texts of each length to fill batches without padding.
LOOK_AHEAD_TEXTS = 2048
LOOK_AHEAD_CHARACTERS = 1 << 20


class Entity(TypedDict):
    """A recognized entity.

    Args:
        start: Character with which it begins in the caller's string.
        end: Behind its last character.
        text: `string[start:end]`.
        label: Its type.
        score: Mean probability of its words' labels, 0 to 1.
    """

    start: int
    end: int
    text: str
    label: str
    score: float


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
        max_length: Most tokens of a window, special ones included.
        pad_token_id: Id that fills batches up.
        decoding: `"greedy"` (the best label of each word) or `"viterbi"` (the best sequence without invalid labels).
        overlap: Tokens that neighboring windows share; an eighth of a window when left out.

    Raises:
        ValueError: If the window or the overlap leave no room for text.

    Example:
        ```python
        >>> from nuner import EntityRecognizer
        >>> recognizer = EntityRecognizer.from_pretrained("recognizer")  # doctest: +SKIP
        >>> recognizer("Ada lives in Paris.")  # doctest: +SKIP
        [{'start': 13, 'end': 18, 'text': 'Paris', 'label': 'city', 'score': 0.98}]

        ```
    """

    def __init__(
        self,
        backend: Backend,
        tokenizer: WordTokenizer,
        labels: LabelTable,
        *,
        max_length: int = DEFAULT_WINDOW,
        pad_token_id: int = 0,
        decoding: Literal["greedy", "viterbi"] = "greedy",
        overlap: int | None = None,
    ) -> None:
        if decoding not in ("greedy", "viterbi"):
            raise ValueError(f"decoding is {decoding!r}; it must be 'greedy' or 'viterbi'")
        self.backend = backend
        self.tokenizer = tokenizer
        self.labels = labels
        self.pad_token_id = pad_token_id
        self.decoding = decoding
        self.window = max_length - len(tokenizer.prefix) - len(tokenizer.suffix)
        self.overlap = self.window // 8 if overlap is None else overlap
        if not 0 <= self.overlap < self.window:
            raise ValueError(
                f"windows of {max_length} tokens that share {self.overlap} leave no room for text: raise max_length "
                "or lower overlap"
            )
        self.counts = RecognitionCounts()

    @classmethod
    def from_pretrained(
        cls,
        checkpoint: str | os.PathLike[str],
        backend: BackendName = "torch",
        dtype: str | None = None,
        *,
        device: str | None = None,
        max_length: int | None = None,
        labels: Iterable[str] | Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> EntityRecognizer:
        """Load a recognizer.

        Args:
            checkpoint: Folder or Hub id: any `...ForTokenClassification` checkpoint for torch, what `nuner export`
                writes for ONNX and OpenVINO.
            backend: `"torch"`, `"onnx"` (onnxruntime; needs no torch) or `"openvino"`.
            dtype: Precision: `"float32"` (the default), `"bfloat16"`, `"float16"`, or `"int8"` for exports.
            device: Where torch runs it; an accelerator if there is one.
            max_length: Most tokens that are read at once; what the encoder takes, at most 512, when left out.
            labels: Entity types to look for by their names, or names with descriptions; the checkpoint must then be
                a bi-encoder as pre-training leaves it, and the result is a `ZeroShotRecognizer`.
            **kwargs: `decoding` and `overlap`, as above; with `labels` the arguments of `ZeroShotRecognizer`.

        Returns:
            The recognizer.

        Raises:
            FileNotFoundError: If there is no such checkpoint.
            ValueError: If it has no classifier, does not name its labels, or its tokenizer is not a fast one.
        """
        if labels is not None:
            from .zero_shot import ZeroShotRecognizer

            if backend != "torch":
                raise ValueError(f"entity types that are named at run time need the torch backend, not {backend}")
            return ZeroShotRecognizer.from_pretrained(
                checkpoint, labels=labels, dtype=dtype, device=device, max_length=max_length, **kwargs
            )
        from .loading import load_parts

        parts = load_parts(os.fspath(checkpoint), backend, dtype, device)
        if max_length is not None and max_length > parts.longest:
            raise ValueError(f"max_length is {max_length}, but {checkpoint} reads at most {parts.longest} tokens")
        return cls(
            parts.backend,
            parts.tokenizer,
            parts.labels,
            max_length=max_length or min(parts.longest, DEFAULT_WINDOW),
            pad_token_id=parts.pad_token_id,
            **kwargs,
        )

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
        return answer_in_kind(texts, column, self.stream)

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
            for text, entity in self._entities(texts, tokens, self._spans(logits, first_word)):
                results[places[text]].append(entity)
        return results

    def _spans(self, logits: np.ndarray, text_starts: np.ndarray) -> WordSpans:
        return decode(logits, text_starts, self.labels, viterbi=self.decoding == "viterbi")

    def _entities(self, texts: list[str], tokens: WordTokens, spans: WordSpans) -> Iterator[tuple[int, Entity]]:
        self.counts.entities += len(spans.first)
        columns = (
            tokens.text[spans.first],
            tokens.start[spans.first],
            tokens.end[spans.last],
            spans.type,
            spans.score,
        )
        for place, start, end, kind, score in zip(*(column.tolist() for column in columns), strict=True):
            text = texts[place]
            # Tokenizers that strip accents leave the combining marks behind a letter out.
            while end < len(text) and unicodedata.category(text[end])[0] == "M":
                end += 1
            yield place, Entity(start=start, end=end, text=text[start:end], label=self.labels.types[kind], score=score)

    def word_logits(self, tokens: WordTokens) -> np.ndarray:
        """Logits of the first sub-word of each word.

        Args:
            tokens: What the tokenizer makes of the texts.

        Returns:
            The logits, `(words, labels)`.
        """
        windows = plan_windows(tokens.text_starts, self.window, self.overlap)
        lengths = windows.end - windows.start
        self.counts.tokens += int(lengths.sum())
        self.counts.windowed += int((np.diff(tokens.text_starts) > self.window).sum())
        # Words that count in each window: a range, since both are in the order of the text.
        from_word = np.searchsorted(tokens.first_token, windows.keep_start)
        to_word = np.searchsorted(tokens.first_token, windows.keep_end)
        logits = np.zeros((len(tokens.first_token), len(self.labels.names)), dtype=np.float32)
        special = len(self.tokenizer.prefix) + len(self.tokenizer.suffix)
        for rows in plan_batches(lengths + special, self.backend.batch_tokens, self.backend.max_padding):
            input_ids, attention_mask = self._padded(tokens.ids, windows, rows)
            output = self.backend(input_ids, attention_mask)
            counts = to_word[rows] - from_word[rows]
            row = np.repeat(np.arange(len(rows)), counts)
            word = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts - from_word[rows], counts)
            place = tokens.first_token[word] - windows.start[rows][row] + len(self.tokenizer.prefix)
            logits[word] = output[row, place]
        return logits

    def _padded(self, ids: np.ndarray, windows: Windows, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Token ids and attention mask of a batch of windows, with special tokens."""
        prefix, suffix = self.tokenizer.prefix, self.tokenizer.suffix
        lengths = windows.end[rows] - windows.start[rows]
        place = np.arange(int(lengths.max()))
        real = place < lengths[:, None]
        width = len(prefix) + len(place) + len(suffix)
        input_ids = np.full((len(rows), width), self.pad_token_id, dtype=np.int64)
        input_ids[:, : len(prefix)] = prefix
        body = input_ids[:, len(prefix) : len(prefix) + len(place)]
        body[real] = ids[(windows.start[rows][:, None] + place)[real]]
        behind = len(prefix) + lengths[:, None] + np.arange(len(suffix))
        np.put_along_axis(input_ids, behind, np.broadcast_to(suffix, behind.shape), axis=1)
        attention_mask = (np.arange(width) < (lengths + len(prefix) + len(suffix))[:, None]).astype(np.int64)
        return input_ids, attention_mask
