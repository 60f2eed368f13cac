"""Filters that judge one sentence by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...unspaced_scripts import UNSPACED

TOO_FEW_WORDS = "too few words"
TOO_MANY_WORDS = "too many words"
TOO_FEW_LETTERS = "too few letters"

_NO_LETTERS = re.compile(r"[\W\d_]+")
# The same for ASCII, many times as fast.
_NO_ASCII_LETTERS = {code: None for code in range(128) if not chr(code).isalpha()}


@dataclass(frozen=True)
class SentenceFilters:
    """Which sentences are worth a language model's time.

    Args:
        min_words: Sentences with fewer words are left out.
        max_words: Sentences with more are left out.
        min_letters: Sentences whose letters make up a smaller share of their characters, white space aside, are
            left out: tables, addresses, code.

    Example:
        ```python
        >>> SentenceFilters(min_words=3).why_left_out("Read more")
        'too few words'

        ```
    """

    min_words: int = 3
    max_words: int = 100
    min_letters: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.min_words <= self.max_words:
            raise ValueError(
                f"min_words is {self.min_words} and max_words {self.max_words}; the first must not be negative "
                "nor above the second."
            )
        if not 0 <= self.min_letters <= 1:
            raise ValueError(f"min_letters is {self.min_letters}; it is a share, from 0 to 1.")

    def why_left_out(self, sentence: str) -> str | None:
        """Return why a sentence is left out, or None where it is kept."""
        words = sentence.split()
        count, is_ascii = len(words), sentence.isascii()
        if not is_ascii:
            # In scripts without spaces each character counts, since words cannot be told apart.
            count += len(UNSPACED.findall(sentence))
        if count < self.min_words:
            return TOO_FEW_WORDS
        if count > self.max_words:
            return TOO_MANY_WORDS
        letters = sentence.translate(_NO_ASCII_LETTERS) if is_ascii else _NO_LETTERS.sub("", sentence)
        if len(letters) < self.min_letters * sum(map(len, words)):
            return TOO_FEW_LETTERS
        return None
