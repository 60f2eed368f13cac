"""Words that are cut so that entities begin and end at words, for formats that have entities at tokens only."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

from ..labelled_text import LabelledText
from ..words import Word, split_words


def words_cut_at_entities(text: LabelledText) -> list[Word]:
    """Return the words of a text, in pieces where an entity begins or ends inside one.

    White space at the ends of entities becomes words, too.

    Example:
        ```python
        >>> from nuner.data_builders.labelled.labelled_text import TextEntity
        >>> text = LabelledText("Berliners", (TextEntity(0, 6, "LOC"),), "towns.jsonl", 1)
        >>> [word.text for word in words_cut_at_entities(text)]
        ['Berlin', 'ers']

        ```
    """
    words = split_words(text.text) if text.words is None else text.words
    begins, ends = {entity.start for entity in text.entities}, {entity.end for entity in text.entities}
    starts = [word.start for word in words]
    pieces: list[Word] = []
    for start, end in pairwise(sorted({*starts, *(word.end for word in words), *begins, *ends})):
        before = bisect_right(starts, start)
        in_word = before > 0 and start < words[before - 1].end
        if in_word or start in begins or end in ends:
            pieces.append(Word(text.text[start:end], start, end))
    return pieces
