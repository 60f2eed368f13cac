"""Texts to words, in every script."""

from __future__ import annotations

from typing import NamedTuple

import regex

from ..unspaced_scripts import UNSPACED

# Recognition has the same rule (modeling_nuner/recognition/words/splitting.py); a test holds the two together.
_ATTACHED = r"[\p{M}\p{Join_Control}\xad]*+"
_WORD = regex.compile(
    rf"(?:[a-zA-Z0-9_]++{_ATTACHED}|[[\p{{L}}\p{{N}}]--{UNSPACED.pattern}]{_ATTACHED})++"
    rf"|(?:\p{{hst=L}}+\p{{hst=V}}*\p{{hst=T}}*|[^\s\x1c-\x1f]){_ATTACHED}",
    regex.V1,
)


class Word(NamedTuple):
    """One word of a text and its character offsets."""

    text: str
    start: int
    end: int


def split_words(text: str) -> list[Word]:
    r"""Split a text into words: runs of letters, digits and underscores, and single other marks.

    Scripts that put no spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese, ...) or join particles to
    them (Korean) do not show where a word ends: each of their letters, each syllable of Hangul, is a word, so that an
    entity can begin and end anywhere. Combining marks, joiners and soft hyphens belong to the letter before them.
    Every character that is not white space lies in exactly one word. `EntityRecognizer` reads the same words.

    Example:
        ```python
        >>> [w.text for w in split_words("can't pay £4.50")]
        ['can', "'", 't', 'pay', '£', '4', '.', '50']
        >>> [w.text for w in split_words("서울에서 東京へ")]
        ['서', '울', '에', '서', '東', '京', 'へ']

        ```
    """
    return [Word(match.group(), *match.span()) for match in _WORD.finditer(text)]
