"""One labelled sentence as it was read, before its tags are brought to IOB2."""

from __future__ import annotations

from typing import NamedTuple

from .label_schemes import LabelScheme


class LabelledSentence(NamedTuple):
    """Words and their tags.

    Args:
        tokens: The words.
        tags: One tag a word.
        scheme: Scheme of the tags where it is known; None: to be told from the whole data set.
        file: The file or data set that holds the sentence.
        line: Its line or row, from 1.
        text: The text that the words were taken from, where it is known.
    """

    tokens: list[str]
    tags: list[str]
    scheme: LabelScheme | None
    file: str
    line: int
    text: str | None = None
