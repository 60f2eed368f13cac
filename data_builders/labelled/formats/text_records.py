"""Our own JSON Lines: words and tags, or a text and entities with character offsets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from ...files.rows import Row
from ...rejections import Rejections
from ..columns.choice import ColumnName
from ..columns.columns_error import ColumnsError
from ..columns.lists import ListNames, choose_lists
from ..columns.word_columns import WORD_NAMES
from ..labelled_text import LabelledText
from ..offset_units import QuotedText
from ..sentence import LabelledSentence
from ..text_words import tag_text
from .labelled_format import (
    Labelled,
    LabelledFormat,
    checked_list,
    checked_span,
    checked_text,
    json_lines,
    read_rows,
    recognize_records,
)


def _looks_alike(record: Any) -> bool:
    if not isinstance(record, dict):
        return False
    if isinstance(record.get("text"), str) and isinstance(record.get("entities"), list):
        return True
    return any(isinstance(record.get(name), list) for name in WORD_NAMES) or len(_string_lists(record)) > 1


def _string_lists(record: dict[str, Any]) -> list[list[str]]:
    lists = [value for value in record.values() if isinstance(value, list) and value]
    return [value for value in lists if all(isinstance(item, str) for item in value)]


def lists_of(
    rows: Sequence[Row], words_column: ColumnName | None = None, tags_column: ColumnName | None = None
) -> ListNames | None:
    """Tell what the lists of words and tags are called in the records of one file or split; see `choose_lists`.

    Raises:
        ValueError: If it cannot be told.
    """
    try:
        return choose_lists((row.value for row in rows if isinstance(row.value, dict)), words_column, tags_column)
    except ColumnsError as error:
        raise ValueError(f"{rows[0].file if rows else 'the data set'}: {error}") from None


def read_text_records(
    rows: Iterable[Row], names: ListNames | None, rejections: Rejections, notes: Counter[str]
) -> Iterator[Labelled]:
    """Read records of words and tags, or of texts and entities.

    Args:
        rows: The records.
        names: What their lists of words and tags are called, if they have some.
        rejections: Takes the records that cannot be read.
        notes: Counts what is left out or changed.

    Yields:
        What the records hold.
    """
    return read_rows(rows, partial(_parse_record, names), rejections, notes)


def _parse_record(names: ListNames | None, row: Row, notes: Counter[str]) -> QuotedText | LabelledSentence:
    if isinstance(row.value, dict) and names is not None and names.words in row.value:
        return _parse_words(row, names)
    if isinstance(row.value, dict) and not {"text", "entities"} <= row.value.keys():
        raise ValueError("a record needs words and tags, such as tokens and ner_tags, or text and entities")
    entities = checked_list(row.value, "entities")
    if not all(isinstance(entity, dict) for entity in entities):
        raise ValueError("an entity must be an object with start, end and label")
    if unlike := next((entity for entity in entities if not {"start", "end", "label"} <= entity.keys()), None):
        raise ValueError(f"an entity needs start, end and label, but one has {', '.join(map(repr, unlike))}")
    spans = (checked_span(e.get("start"), e.get("end"), e.get("label"), e.get("text")) for e in entities)
    return QuotedText((checked_text(row.value),), tuple(spans), row.file, row.line)


def _parse_words(row: Row, names: ListNames) -> LabelledSentence:
    tokens, tags = (checked_list(row.value, name) for name in names)
    if not all(isinstance(token, str) for token in tokens):
        raise ValueError(f"{names.words} must be a list of strings")
    if not tokens:
        raise ValueError("the sentence has no word")
    if len(tokens) != len(tags):
        raise ValueError(f"there are {len(tokens)} words in {names.words} but {len(tags)} tags in {names.tags}")
    for place, tag in enumerate(tags):
        if tag is None or (isinstance(tag, int) and tag < 0):
            raise ValueError(
                f"word {place} has the tag {tag}, as parts of words and padding have; leave such words out"
            )
        if isinstance(tag, int):
            raise ValueError(
                f"{names.tags} has the number {tag} without a name; write the names of the labels, or give them to a "
                f"Dataset with cast_column({names.tags!r}, List(ClassLabel(names=[...])))"
            )
        if not isinstance(tag, str):
            raise ValueError(f"{names.tags} must be a list of strings")
    text = row.value.get("text")
    return LabelledSentence(tokens, tags, None, row.file, row.line, text if isinstance(text, str) else None)


def _write(texts: Sequence[LabelledText], notes: Counter[str]) -> bytes:
    return json_lines(_record(text, notes) for text in texts)


def _record(text: LabelledText, notes: Counter[str]) -> dict[str, Any]:
    if text.words is not None:
        sentence = tag_text(text, notes)
        return {"tokens": sentence.tokens, "tags": sentence.tags}
    return {"text": text.text, "entities": [entity._asdict() for entity in text.entities]}


JSON_LINES = LabelledFormat(
    name="jsonl",
    title="JSON Lines of texts and entities, or words and tags",
    suffixes=(".jsonl", ".json", ".ndjson"),
    recognize=recognize_records(_looks_alike),
    read=lambda file, rejections, notes: read_text_records(
        file.json_rows, lists_of(file.json_rows), rejections, notes
    ),
    write=_write,
)
