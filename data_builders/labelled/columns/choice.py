"""The columns of the words and of the tags, as the user says or as their content tells."""

from __future__ import annotations

from collections.abc import Sequence

from .column import Column
from .columns_error import ColumnsError
from .tag_columns import find_tags, holds_entities, says_outside
from .word_columns import find_words

ColumnName = str | int
"""A column's name, or its number from 0, or from the end if negative."""


def choose_columns(
    columns: Sequence[Column], words: ColumnName | None = None, tags: ColumnName | None = None
) -> tuple[Column, Column]:
    """Choose the columns of the words and of the tags.

    Args:
        columns: All columns of a file.
        words: The column of the words, where the user says so.
        tags: Likewise that of the tags.

    Returns:
        Both.

    Raises:
        ColumnsError: If there is no such column, or it cannot be told which it is.
    """
    tags_column = find_tags(columns) if tags is None else named_column(columns, tags)
    if tags is not None and looks_like_words(tags_column):
        raise ColumnsError(f"column {tags} looks like words and not like tags")
    words_column = find_words(columns, tags_column) if words is None else named_column(columns, words)
    if words_column is tags_column:
        raise ColumnsError(f"column {words_column.name} cannot hold both the words and the tags")
    return words_column, tags_column


def named_column(columns: Sequence[Column], wanted: ColumnName) -> Column:
    """Return the column of a name or number.

    Raises:
        ColumnsError: If there is none.
    """
    for column in columns:
        if column.name == wanted:
            return column
    try:
        return columns[int(wanted)]
    except (ValueError, IndexError):
        raise ColumnsError(f"there is no column {wanted!r}") from None


def looks_like_words(column: Column) -> bool:
    """Tell whether a column is none of tags: no `O`, no prefix, and hardly a value twice."""
    return (
        not holds_entities(column) and not says_outside(column) and 2 * len(column.counts) > column.counts.total() > 3
    )
