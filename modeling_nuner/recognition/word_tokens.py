"""Texts to sub-words, and sub-words to whole words with their places in the text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np
from tokenizers import Encoding, Tokenizer

# A sign is a word of its own, as punctuation is and a character of a script without spaces.
_BLANK, _LETTER, _SIGN = 0, 1, 2
# Scripts that put no space between words: a tokenizer that splits at spaces takes a whole sentence for one word.
_UNSPACED = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3040, 0x30FF),
    (0x3400, 0x9FFF),
    (0xF900, 0xFAFF),
)
_PROBE = "a.b  c"
_SURROGATES = re.compile("[\ud800-\udfff]")


class WordTokens(NamedTuple):
    """Sub-words of several texts, one text after the other.

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
    """A fast tokenizer that says which sub-words are one word.

    Words are those into which the tokenizer itself splits a text before it looks for sub-words. Where these are mere
    stretches between spaces (SentencePiece), signs and letters of scripts without spaces become words of their own,
    as they are for BERT: otherwise the full stop would belong to `Paris.`

    Args:
        tokenizer: The tokenizer, as the library `tokenizers` loads it. It is changed: it pads and cuts no more.

    Example:
        ```python
        >>> from tokenizers import Tokenizer
        >>> from nuner.modeling_nuner.recognition.word_tokens import WordTokenizer
        >>> tokenizer = WordTokenizer(Tokenizer.from_file("tokenizer.json"))  # depends on the model  # doctest: +SKIP
        >>> tokenizer(["Ada lives in Paris."]).start  # depends on the model  # doctest: +SKIP
        array([ 0,  4, 10, 13, 18])

        ```
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer
        with_special, without = (tokenizer.encode("a", add_special_tokens=special).ids for special in (True, False))
        place = next(
            (i for i in range(len(with_special)) if with_special[i : i + len(without)] == without), len(with_special)
        )
        self.prefix = np.array(with_special[:place], dtype=np.int64)
        self.suffix = np.array(with_special[place + len(without) :], dtype=np.int64)
        probe = tokenizer.encode(_PROBE, add_special_tokens=False)
        words = dict.fromkeys(word for word in probe.word_ids if word is not None)
        self._splits_words = [_PROBE[slice(*span)] for span in map(probe.word_to_chars, words) if span] == [
            *_PROBE.replace(" ", "")
        ]

    def __call__(self, texts: Sequence[str]) -> WordTokens:
        """Tokenize texts, without special tokens.

        Args:
            texts: The texts.

        Returns:
            Their sub-words and words.
        """
        encoded = self._encode(list(texts))
        counts = np.array([len(text) for text in encoded], dtype=np.int64)
        text_starts = np.concatenate([[0], np.cumsum(counts)])
        total = int(text_starts[-1])
        ids = np.fromiter(chain.from_iterable(text.ids for text in encoded), np.int64, total)
        word_ids = np.fromiter(chain.from_iterable(text.word_ids for text in encoded), np.int64, total)
        pairs = chain.from_iterable(chain.from_iterable(text.offsets for text in encoded))
        start, end = np.fromiter(pairs, np.int64, 2 * total).reshape(-1, 2).T

        begins = np.ones(total, dtype=bool)
        begins[1:] = word_ids[1:] != word_ids[:-1]
        begins[text_starts[:-1][counts > 0]] = True
        text_of_token = np.repeat(np.arange(len(encoded)), counts)
        if self._splits_words:
            first = np.flatnonzero(begins)
            last = np.append(first[1:], total) - 1
            return WordTokens(ids, text_starts, first, text_of_token[first], start[first], end[last])

        characters, offset = _character_classes(texts)
        begin_character, behind = start + offset[text_of_token], end + offset[text_of_token]
        begins |= _starts_or_follows_sign(begin_character, behind, characters)
        first = np.flatnonzero(begins)
        last = np.append(first[1:], total) - 1
        # Byte-level tokenizers make tokens, and words, of mere spaces.
        visible = np.concatenate([[0], np.cumsum(characters != _BLANK)])
        seen = visible[behind[last]] > visible[begin_character[first]]
        first, last = first[seen], last[seen]
        # To the first visible character, and behind the last one.
        shown = np.flatnonzero(characters != _BLANK)
        shift = offset[text_of_token[first]]
        trimmed_start = shown[visible[begin_character[first]]] - shift
        trimmed_end = shown[visible[behind[last]] - 1] + 1 - shift
        return WordTokens(ids, text_starts, first, text_of_token[first], trimmed_start, trimmed_end)

    def _encode(self, texts: list[str]) -> list[Encoding]:
        try:
            return self._tokenizer.encode_batch(texts, add_special_tokens=False)
        except (TypeError, UnicodeEncodeError):
            # Halves of surrogate pairs, from broken JSON: they are no characters, and take the place of one.
            return self._tokenizer.encode_batch([_SURROGATES.sub("\ufffd", text) for text in texts], False, False)


def _starts_or_follows_sign(start: np.ndarray, end: np.ndarray, characters: np.ndarray) -> np.ndarray:
    """Tell which tokens begin with a sign or come behind one."""
    signs = np.append(characters, _BLANK) == _SIGN
    found = np.zeros(len(start), dtype=bool)
    # Several tokens may be bytes of one character.
    apart = start[1:] >= end[:-1]
    found[1:] = apart & (signs[start[1:]] | signs[np.maximum(end[:-1] - 1, 0)])
    return found


def _character_classes(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the class of each character of the joined texts, and where each text begins among them."""
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    characters = np.fromiter(map(_class_of, chain.from_iterable(texts)), np.int8, int(lengths.sum()))
    return characters, np.cumsum(lengths) - lengths


@lru_cache(maxsize=1 << 16)
def _class_of(character: str) -> int:
    if character.isspace():
        return _BLANK
    code = ord(character)
    if any(low <= code <= high for low, high in _UNSPACED):
        return _SIGN
    # Combining marks and joiners belong to the letter before them.
    if character.isalnum() or unicodedata.category(character) in ("Mn", "Mc", "Me", "Cf"):
        return _LETTER
    return _SIGN
