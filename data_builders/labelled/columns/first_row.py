"""What tells that the first row of a file may be a header, though its names are not known."""

from __future__ import annotations

from ..tag_spelling import has_usual_mark, is_outside_beside_marks
from .column import Column
from .columns_error import ColumnsError


def check_first_row(words: Column, tags: Column) -> None:
    """Refuse a first row that may be a header as well as a word: its tag is unlike all others.

    Args:
        words: The column of the words.
        tags: That of the tags.

    Raises:
        ColumnsError: If it may be one; the message names the columns as it does.

    Example:
        ```python
        >>> check_first_row(Column(0, [["Wort", "Ada"]]), Column(1, [["Klasse", "B-PER"]]))
        Traceback (most recent call last):
        ...
        nuner.data_builders.labelled.columns.columns_error.ColumnsError: 'Wort' and 'Klasse' in the first line may ...

        ```
    """
    word, tag = (next((cell for cells in column.sentences for cell in cells), "") for column in (words, tags))
    others = [other for other in tags.counts if other != tag and not is_outside_beside_marks(other)]
    is_tag = tags.counts[tag] > 1 or has_usual_mark(tag) or is_outside_beside_marks(tag)
    if is_tag or not others or _form(tag) in map(_form, others):
        return
    raise ColumnsError(
        f"{word!r} and {tag!r} in the first line may be the names of the columns, or a word and its tag; if they are "
        f"names, pass words_column={word!r} and tags_column={tag!r}, otherwise numbers of columns"
    )


def _form(tag: str) -> tuple[bool, bool, bool]:
    return has_usual_mark(tag), tag == tag.upper(), tag == tag.lower()
