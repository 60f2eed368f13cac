"""The words of a sentence in their places in its text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import regex

from ..unspaced_scripts import UNSPACED

# Korean has spaces between words, if not before particles.
_JOINED = regex.compile(rf"[{UNSPACED.pattern}--\p{{Script=Hangul}}]", regex.V1)


class PlacedWords(NamedTuple):
    """A text and the words in it.

    Args:
        text: The text.
        starts: Character with which each word begins.
        ends: Behind its last character.
    """

    text: str
    starts: list[int]
    ends: list[int]


def place_words(tokens: Sequence[str], text: str | None = None) -> PlacedWords:
    """Find the words of a sentence in its text.

    Args:
        tokens: The words.
        text: The text that they were taken from, if it is known.

    Returns:
        The words in that text. Where there is none, or it is another text: in the words joined as their script has
        it, by spaces or, beside a letter of Chinese, Japanese, Thai and the like, by nothing.

    Example:
        ```python
        >>> from nuner.data_builders.labelled.placed_words import place_words
        >>> place_words(["東", "京", "."], "東京.")
        PlacedWords(text='東京.', starts=[0, 1, 2], ends=[1, 2, 3])
        >>> place_words(["in", "Rome"])
        PlacedWords(text='in Rome', starts=[0, 3], ends=[2, 7])
        >>> place_words(["北", "京", "在"]).text
        '北京在'

        ```
    """
    starts = None if text is None else _find(tokens, text)
    if text is None or starts is None:
        text, starts = _join(tokens)
    return PlacedWords(text, starts, [start + len(token) for start, token in zip(starts, tokens, strict=True)])


def place_sentences(sentences: Iterable[Sequence[str]], texts: Iterable[str | None]) -> list[PlacedWords]:
    """Find the words of sentences in their texts, see `place_words`."""
    return [place_words(tokens, text) for tokens, text in zip(sentences, texts, strict=False)]


def _find(tokens: Sequence[str], text: str) -> list[int] | None:
    """Where the words stand, if there is nothing but blanks between them."""
    starts, position = [], 0
    for token in tokens:
        start = text.find(token, position)
        if start < 0 or text[position:start].strip():
            return None
        starts.append(start)
        position = start + len(token)
    return None if text[position:].strip() else starts


def _join(tokens: Sequence[str]) -> tuple[str, list[int]]:
    text, starts = "", []
    for token in tokens:
        if starts and not (_JOINED.match(text[-1:]) or _JOINED.match(token)):
            text += " "
        starts.append(len(text))
        text += token
    return text, starts
