"""Lists of words and of their tags in records, such as those of JSON Lines and of data sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .choice import ColumnName, looks_like_words
from .column import Column
from .columns_error import ColumnsError
from .tag_columns import TAG_NAMES, holds_entities, says_outside
from .word_columns import WORD_NAMES, find_words


class ListNames(NamedTuple):
    """What the lists of the words and of the tags are called."""

    words: str
    tags: str


def choose_lists(
    records: Iterable[Mapping[str, Any]], words: ColumnName | None = None, tags: ColumnName | None = None
) -> ListNames | None:
    """Choose the lists of the words and of the tags: by their usual names, and by what is in them.

    Args:
        records: All records of a file or a split.
        words: Name of the list of the words, where the user says so.
        tags: Likewise that of the tags.

    Returns:
        Their names; None if no record has words.

    Raises:
        ColumnsError: If there is no such list, or it cannot be told which it is.

    Example:
        ```python
        >>> record = {"words": ["Ada", "smiled"], "pos": ["PROPN", "VERB"], "iob": ["B-PER", "O"]}
        >>> choose_lists([record])
        ListNames(words='words', tags='iob')

        ```
    """
    lists = _lists(records)
    for wanted in (words, tags):
        if wanted is not None and str(wanted) not in lists:
            raise ColumnsError(f"there is no list {wanted!r}, only {', '.join(map(repr, lists)) or 'none'}")
    known = words if words is not None else next((name for name in WORD_NAMES if name in lists), None)
    if known is None:
        if tags is None and not any(map(holds_entities, lists.values())):
            return None
        found = lists[str(tags)] if tags is not None else _tags(list(lists.values()))
        return ListNames(str(find_words(_beside(lists, found), found).name), str(found.name))
    # What is called tags is looked at even where it has not a tag for each word: that is a fault of its record.
    beside = _beside(lists, lists[str(known)])
    beside = [column for column in lists.values() if column in beside or column.name in TAG_NAMES]
    if tags is None:
        return ListNames(str(known), str(_tags(beside).name))
    if words == tags:
        raise ColumnsError(f"{words!r} cannot hold both the words and the tags")
    if looks_like_words(lists[str(tags)]):
        raise ColumnsError(f"{tags!r} looks like words and not like tags")
    return ListNames(str(known), str(tags))


def _lists(records: Iterable[Mapping[str, Any]]) -> dict[str, Column]:
    lists: dict[str, list[list[str]]] = {}
    for record in records:
        for name, value in record.items():
            if isinstance(value, list) and not any(isinstance(item, (list, dict)) for item in value):
                lists.setdefault(name, []).append([str(item) for item in value])
    return {name: Column(name, sentences) for name, sentences in lists.items()}


def _beside(lists: Mapping[str, Column], column: Column) -> list[Column]:
    """Return the other lists that are as long as one in every record."""
    lengths = list(map(len, column.sentences))
    return [other for other in lists.values() if other is not column and list(map(len, other.sentences)) == lengths]


def _tags(columns: list[Column]) -> Column:
    entities = [column for column in columns if holds_entities(column)]
    usual = [column for column in entities if column.name in TAG_NAMES]
    named = next((column for name in TAG_NAMES for column in columns if column.name == name), None)
    if entities and not usual and named is not None:
        raise ColumnsError(
            f"{named.name!r} has no entities, but {entities[0].name!r} has; pass tags_column={entities[0].name!r}"
        )
    found = usual or entities
    if any(column.sentences != found[0].sentences for column in found):
        names = [repr(column.name) for column in found]
        raise ColumnsError(f"{' and '.join(names)} both have tags of entities; choose with tags_column={names[0]}")
    if found:
        return found[0]
    # Without an entity, what is called tags is; its faults are found with their records.
    best = named or next((column for column in columns if says_outside(column)), None)
    if best is None:
        others = "".join(f", only {column.name!r}" for column in columns)
        raise ColumnsError(f"no list beside the words has tags of entities (tags, ner_tags, ...){others}")
    return best
