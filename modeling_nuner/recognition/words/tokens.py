"""Texts to words and their sub-words, the same in training as in use."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from tokenizers import Tokenizer

from .splitting import word_spans

if TYPE_CHECKING:  # an exported recognizer runs where transformers is not installed
    from transformers import PreTrainedTokenizerBase

# Words whose sub-words are kept, and the longest of them: some megabytes, whatever is read.
_KEPT_WORDS, _KEPT_CHARACTERS = 1 << 16, 64
_TEXT_BEGINS, _BLANK = "\n", " "
# Halves of surrogate pairs, from broken JSON: they are no characters, and take the place of one.
_SURROGATES = re.compile("[\ud800-\udfff]")


class WordTokens(NamedTuple):
    """Sub-words of several texts, one text after the other, and the words that have any.

    Args:
        ids: Token ids, `(tokens,)`.
        text_starts: Place of the first token of each text, and behind the last, `(texts + 1,)`.
        first_token: The token with which each word begins, `(words,)`.
        text: Which text each word belongs to, `(words,)`.
        start: Character with which each word begins in its text, `(words,)`.
        end: Behind its last character, `(words,)`.
    """

    ids: np.ndarray
    text_starts: np.ndarray
    first_token: np.ndarray
    text: np.ndarray
    start: np.ndarray
    end: np.ndarray


class WordTokenizer:
    """A tokenizer that reads one word at a time, so that no sub-word is part of two of them.

    Words are those of `word_spans`, whatever the tokenizer: what a recognizer learns from (`featurize_labelled`) is
    what it meets in use. Each is tokenized as it stands in its text: at the beginning, behind a blank, or joined to
    the word before it. Some have no sub-words: those of which the tokenizer leaves nothing, such as U+200B.

    Args:
        tokenizer: The tokenizer, as the library `tokenizers` loads it. It is changed: it pads and cuts no more.

    Attributes:
        prefix: Special tokens before a text, `(prefix,)`.
        suffix: Special tokens behind it, `(suffix,)`.

    Example:
        ```python
        >>> from tokenizers import Tokenizer
        >>> from nuner.modeling_nuner.recognition.words.tokens import WordTokenizer
        >>> tokenizer = WordTokenizer(Tokenizer.from_file("tokenizer.json"))  # depends on the model  # doctest: +SKIP
        >>> tokenizer(["Ada lives in Paris."]).start  # depends on the model  # doctest: +SKIP
        array([ 0,  4, 10, 13, 18])

        ```
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer
        self._joined = _without_blank_before(tokenizer)
        with_special, without = (tokenizer.encode("a", add_special_tokens=special).ids for special in (True, False))
        place = next(
            (i for i in range(len(with_special)) if with_special[i : i + len(without)] == without), len(with_special)
        )
        self.prefix = np.array(with_special[:place], dtype=np.int64)
        self.suffix = np.array(with_special[place + len(without) :], dtype=np.int64)
        self._known: dict[str, list[int]] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Copy and pickle what is read with, not what was read."""
        return {**self.__dict__, "_known": {}}

    @classmethod
    def of(cls, tokenizer: PreTrainedTokenizerBase) -> WordTokenizer:
        """Make one of a tokenizer of transformers, which is not changed.

        Args:
            tokenizer: A fast tokenizer.

        Returns:
            The word tokenizer.

        Raises:
            ValueError: If it is not a fast one.
        """
        fast: Any = getattr(tokenizer, "backend_tokenizer", None)
        if not tokenizer.is_fast or fast is None:
            raise ValueError(
                f"{type(tokenizer).__name__} does not tell words and sub-words apart; a fast tokenizer "
                "(tokenizer.json) is needed"
            )
        return cls(Tokenizer.from_str(fast.to_str()))

    def __call__(self, texts: Sequence[str]) -> WordTokens:
        """Tokenize texts, without special tokens.

        Args:
            texts: The texts.

        Returns:
            Their sub-words and words.
        """
        words = [word_spans(text) for text in texts]
        sub_words = self._sub_words(
            [
                _blank_before(text, start) + text[start:end]
                for text, spans in zip(texts, words, strict=True)
                for start, end in spans
            ]
        )
        sizes = np.fromiter(map(len, sub_words), np.int64, len(sub_words))
        behind = np.cumsum(sizes)
        total = int(sizes.sum())
        words_of_text = np.fromiter(map(len, words), np.int64, len(words))
        text_starts = np.concatenate([[0], behind])[np.concatenate([[0], np.cumsum(words_of_text)])]
        start, end = np.fromiter(chain(*map(chain.from_iterable, words)), np.int64, 2 * len(sizes)).reshape(-1, 2).T
        read = sizes > 0
        return WordTokens(
            ids=np.fromiter(chain.from_iterable(sub_words), np.int64, total),
            text_starts=text_starts,
            first_token=(behind - sizes)[read],
            text=np.repeat(np.arange(len(words)), words_of_text)[read],
            start=start[read],
            end=end[read],
        )

    def _sub_words(self, words: list[str]) -> list[list[int]]:
        """Sub-words of words with what stands before them."""
        known = self._known
        found = {word: known[word] for word in dict.fromkeys(words) if word in known}
        new = [word for word in dict.fromkeys(words) if word not in found]
        joined = [word for word in new if not word.startswith((_TEXT_BEGINS, _BLANK))]
        others = [word for word in new if word.startswith((_TEXT_BEGINS, _BLANK))]
        found.update(zip(joined, _encode(self._joined, joined), strict=True))
        found.update(
            zip(others, _encode(self._tokenizer, [word.removeprefix(_TEXT_BEGINS) for word in others]), strict=True)
        )
        if len(known) > _KEPT_WORDS:
            self._known = known = {}
        known.update((word, found[word]) for word in new if len(word) <= _KEPT_CHARACTERS)
        return [found[word] for word in words]


def _blank_before(text: str, start: int) -> str:
    if start == 0:
        return _TEXT_BEGINS
    return _BLANK if text[start - 1].isspace() else ""


def _encode(tokenizer: Tokenizer, words: list[str]) -> list[list[int]]:
    readable = [_SURROGATES.sub("\ufffd", word) for word in words]
    return [encoding.ids for encoding in tokenizer.encode_batch(readable, add_special_tokens=False)]


def _without_blank_before(tokenizer: Tokenizer) -> Tokenizer:
    """Return a copy that does not put the sign of a blank before what it reads (byte-level, SentencePiece)."""
    fields = json.loads(tokenizer.to_str())
    splitter = fields["pre_tokenizer"] or {}
    for step in splitter.get("pretokenizers", [splitter]):
        if step.get("type") == "ByteLevel":
            step["add_prefix_space"] = False
        elif step.get("type") == "Metaspace":
            step["prepend_scheme"] = "never"
    return Tokenizer.from_str(json.dumps(fields))
