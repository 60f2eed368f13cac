"""Which column holds the tags of named entities."""

from __future__ import annotations

from collections.abc import Sequence

from ..tag_spelling import TagError, has_usual_mark, is_outside, is_outside_beside_marks, spell_tags
from .column import Column
from .columns_error import ColumnsError
from .tagsets import PARTS_OF_SPEECH, PHRASES

TAG_NAMES = ("ner_tags", "tags", "ner", "labels", "ner_tag", "tag", "label", "ner_labels", "ner_label", "ne", "entity")
"""What a column of tags is called, the most usual name first."""


def find_tags(columns: Sequence[Column]) -> Column:
    """Find the column of the tags: the one that has entities, or else says `O` throughout.

    Of several that have entities, the one that is called as tags usually are.

    Args:
        columns: All columns of a file.

    Returns:
        The column.

    Raises:
        ColumnsError: If none, or more than one, has tags.

    Example:
        ```python
        >>> words, phrases = Column(0, [["Ada", "smiled"]]), Column(1, [["B-NP", "B-VP"]])
        >>> find_tags([words, phrases, Column(2, [["B-PER", "O"]])]).name
        2

        ```
    """
    found = [column for column in columns if holds_entities(column)]
    found = found or [column for column in columns if says_outside(column)]
    if not found:
        raise ColumnsError("no column holds tags of entities (O, B-PER and the like)")
    usual = [column for column in found if str(column.name).lower() in TAG_NAMES]
    found = usual or found
    if any(column.sentences != found[0].sentences for column in found):
        raise ColumnsError(f"more than one column holds tags: {', '.join(str(column.name) for column in found)}")
    return found[0]


def holds_entities(column: Column) -> bool:
    """Tell whether a column looks like tags of entities, those of phrases and of parts of speech left out.

    Few tags that do not fit the others do not count: they are refused with their sentence, where they are read.
    """
    counts = column.counts
    total, outside = counts.total(), sum(counts[cell] for cell in counts if is_outside(cell))
    usual = [cell for cell in counts if has_usual_mark(cell)]
    if usual:
        tags = sum(counts[cell] for cell in counts if has_usual_mark(cell) or is_outside_beside_marks(cell))
        return 2 * tags > total and not {cell[2:] for cell in usual} <= PHRASES
    try:
        spelling, marked = spell_tags(counts)
    except TagError:
        return 2 * outside >= total > outside
    if marked:
        return not {tag[2:] for tag in spelling.values() if len(tag) > 1} <= PHRASES
    types = set(spelling.values()) - {"O"}
    return (
        bool(types)
        and outside == max(counts.values())
        and 3 * len(types) <= total + 3
        and not types <= PHRASES
        and not types <= PARTS_OF_SPEECH
    )


def says_outside(column: Column) -> bool:
    """Tell whether a column says `O` for every word."""
    return all(is_outside(cell) for cell in column.counts)
