"""What a format of labelled data is: its names, how it is recognized, read and written."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...files.rows import Row
from ...record_error import RecordError
from ...rejections import Rejections
from ..labelled_text import LabelledText
from ..offset_units import OffsetUnit, QuotedSpan, QuotedText, count_characters
from ..sentence import LabelledSentence
from .labelled_file import LabelledFile

BYTE_ORDER_MARK = "\ufeff"

Labelled = LabelledText | LabelledSentence
"""What a reader yields: a text with entities, or words with tags whose scheme the whole data set tells."""

Reader = Callable[[LabelledFile, Rejections, Counter[str]], Iterable[Labelled]]
Writer = Callable[[Sequence[LabelledText], Counter[str]], "bytes | Mapping[str, bytes]"]


@dataclass(frozen=True)
class LabelledFormat:
    """One format.

    Args:
        name: What it is called in options.
        title: What it is called in messages.
        suffixes: Ends of the names of its files, the usual one first.
        recognize: Returns how much of a file looks like it: the number of records, or 0.
        read: Yields what a file holds. It is given the account of records that cannot be read, and counts whatever
            else is left out or changed in the last argument, under a phrase that follows the number.
        write: Returns the content of a file, or those of the files of a folder by their names; None where it is only
            read.
        sentence_a_line: Whether the lines of its texts are sentences.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    recognize: Callable[[LabelledFile], int]
    read: Reader
    write: Writer | None
    sentence_a_line: bool = False


def json_records(file: LabelledFile) -> Iterable[Row]:
    """Return the JSON records of a file."""
    return file.json_rows


def recognize_records(
    looks_alike: Callable[[Any], bool], records: Callable[[LabelledFile], Iterable[Row]] = json_records
) -> Callable[[LabelledFile], int]:
    """Return what counts the records of a file that look like those of a format."""
    return lambda file: sum(looks_alike(row.value) for row in records(file))


def read_records(
    parse: Callable[[Row, Counter[str]], QuotedText | Labelled | None],
    units: Sequence[OffsetUnit] = ("characters",),
    records: Callable[[LabelledFile], Iterable[Row]] = json_records,
) -> Reader:
    """Return what reads a file of records.

    Args:
        parse: Reads one record; None stands for one that is passed over, a `ValueError` for one that cannot be read.
        units: What the format counts, as for `count_characters`.
        records: Finds the records of a file; a `RecordError` stands for one that is none.
    """
    return lambda file, rejections, notes: read_rows(records(file), parse, rejections, notes, units)


def read_rows(
    rows: Iterable[Row],
    parse: Callable[[Row, Counter[str]], QuotedText | Labelled | None],
    rejections: Rejections,
    notes: Counter[str],
    units: Sequence[OffsetUnit] = ("characters",),
) -> Iterator[Labelled]:
    """Read records one by one; see `read_records`."""
    quoted: list[QuotedText] = []
    for row in rows:
        try:
            if isinstance(row.value, RecordError):
                raise row.value
            record = parse(row, notes)
        except RecordError as error:
            rejections.add(row.file, row.line, error)
        except ValueError as error:
            rejections.add(row.file, row.line, RecordError("not a labelled record", str(error)))
        else:
            if isinstance(record, QuotedText):
                quoted.append(record)
            elif record is not None:
                yield record
    yield from count_characters(quoted, units, rejections, notes)


def checked_span(start: Any, end: Any, label: Any, quote: Any = None) -> QuotedSpan:
    """Return a span of what a record has for it.

    Raises:
        ValueError: If it is none.
    """
    if type(start) is not int or type(end) is not int or not isinstance(label, str) or not label.strip():
        raise ValueError(
            f"an entity needs whole numbers for start and end and a label, not {start!r}, {end!r}, {label!r}"
        )
    return QuotedSpan(start, end, label, quote if isinstance(quote, str) else None)


def checked_list(record: Any, field: str) -> list[Any]:
    """Return a list that a record has in a field; an empty one where the field is missing or null.

    Raises:
        ValueError: If the record is no object, or the field holds something else.
    """
    if not isinstance(record, dict):
        raise ValueError(f"a record must be a JSON object, not {type(record).__name__}")
    value = record.get(field)
    if value is not None and not isinstance(value, list):
        raise ValueError(f"{field} must be a list, not {type(value).__name__}")
    return value or []


def checked_text(record: Any, field: str = "text") -> str:
    """Return the text that a record has in a field.

    Raises:
        ValueError: If the record is no object, or the field holds none.
    """
    value = record.get(field) if isinstance(record, dict) else None
    if not isinstance(value, str):
        raise ValueError(f"the record has no text in {field!r}")
    return value


def text_bytes(text: str) -> bytes:
    """Return a text as the bytes of a file, of which no character is taken for a byte-order mark."""
    return (BYTE_ORDER_MARK * text.startswith(BYTE_ORDER_MARK) + text).encode()


def json_lines(records: Iterable[Any]) -> bytes:
    """Return records as JSON Lines."""
    return b"".join(_json(record) + b"\n" for record in records)


def json_array(records: Iterable[Any]) -> bytes:
    """Return records as one JSON array, a record a line."""
    return b"[\n" + b",\n".join(map(_json, records)) + b"\n]\n"


def _json(value: Any) -> bytes:
    # Half of a surrogate pair, which UTF-8 does not have, is written as JSON's own escape.
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")
