"""Which column holds the words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from .column import Column
from .columns_error import ColumnsError
from .tag_columns import holds_entities, says_outside

WORD_NAMES = ("tokens", "token", "words", "word", "form", "forms")
"""What a column of words is called, the most usual name first."""

_LEAST_DIVERSITY = 0.5
# How much of a column of lemmas is the words themselves, at the least.
_ALIKE = 0.3
# How many times more different values words have than what classifies them: to the left of it, as in all known
# formats, and to the right.
_MORE_LEFT, _MORE_RIGHT = 1.5, 2.0


def find_words(columns: Sequence[Column], tags: Column) -> Column:
    """Find the column of the words: the one that is called so, or that has what words have.

    Words differ more from one another than what classifies them does, and so they do, with more capitals, than their
    lemmas.

    Args:
        columns: All columns of a file.
        tags: That of the tags.

    Returns:
        The column.

    Raises:
        ColumnsError: If none looks like words, or it cannot be told which of several does.

    Example:
        ```python
        >>> index, pos = Column(0, [["1", "2", "3"]]), Column(1, [["NE", "VVFIN", "NE"]])
        >>> words, tags = Column(2, [["Ada", "mag", "Rom"]]), Column(3, [["B-PER", "O", "B-LOC"]])
        >>> find_words([index, pos, words, tags], tags).name
        2

        ```
    """
    named = [column for column in columns if str(column.name).lower() in WORD_NAMES and column is not tags]
    if len(named) == 1:
        return named[0]
    found = [
        column
        for column in columns
        if column is not tags
        and not (holds_entities(column) or says_outside(column) or column.is_beside_words)
        and column.diversity >= _LEAST_DIVERSITY
        and (len(columns) == 2 or _has_vocabulary(column))
    ]
    if not found:
        raise ColumnsError("no column looks like words")
    if len(found) == 1 and found[0].begins_small and any(column.has_relations for column in columns):
        raise ColumnsError(f"column {found[0].name} may hold lemmas, and no other one looks like words")
    words = reduce(_more_like_words, found)
    if words.counts.total() > 3 and all(" " in cell for cell in words.counts):
        raise ColumnsError(f"column {words.name} has a space in every cell, as if spaces divide columns, too")
    return words


def _has_vocabulary(column: Column) -> bool:
    """Tell whether there are as many different values as in texts of this length, and more than in a tagset."""
    return len(column.counts) ** 2 > 5 * column.counts.total() or column.counts.total() < 10


def _more_like_words(left: Column, right: Column) -> Column:
    if left.sentences == right.sentences:
        return left
    more, fewer = len(left.counts), len(right.counts)
    if _are_alike(left, right):
        if (left.capitals > right.capitals and more >= fewer) or (left.capitals == right.capitals and more > fewer):
            return left
        if right.capitals > left.capitals and fewer >= more:
            return right
    elif more >= fewer and left.has_small_letters > right.has_small_letters:
        return left
    elif fewer >= more and right.has_small_letters > left.has_small_letters:
        return right
    elif more >= _MORE_LEFT * fewer:
        return left
    elif fewer >= _MORE_RIGHT * more:
        return right
    raise ColumnsError(f"it cannot be told which column holds the words, {left.name} or {right.name}")


def _are_alike(left: Column, right: Column) -> bool:
    pairs = [
        pair
        for one, other in zip(left.sentences, right.sentences, strict=True)
        for pair in zip(one, other, strict=True)
    ]
    return sum(one.casefold() == other.casefold() for one, other in pairs) >= _ALIKE * len(pairs)
