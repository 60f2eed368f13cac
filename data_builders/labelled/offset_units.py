"""Offsets as tools count them (characters, UTF-16 units, bytes), brought to characters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal, NamedTuple

from ..record_error import RecordError
from ..rejections import Rejections
from .labelled_text import LabelledText, TextEntity

OffsetUnit = Literal["characters", "utf-16", "utf-8"]
"""What a tool counts: code points as Python does, the units of JavaScript and Java, or bytes."""

EMPTY_ENTITIES = "entities without a character were left out"
_LONGEST_QUOTE = 60


class QuotedSpan(NamedTuple):
    """One span as a tool has it.

    Args:
        start: Where it begins, in units that are still to be told.
        end: Where it ends, exclusive.
        label: Its type; None for a span that is no entity and only proves the unit, such as a token.
        quote: The text that the tool repeats for it, if it does.
    """

    start: int
    end: int
    label: str | None
    quote: str | None = None


@dataclass(frozen=True)
class QuotedText:
    """A text and its spans as a tool has them.

    Args:
        texts: The text; further ones that it may be as well, if the quotes fit one of these.
        spans: Its spans.
        file: The file that holds it.
        line: Its line or the number of its record, from 1.
    """

    texts: tuple[str, ...]
    spans: tuple[QuotedSpan, ...]
    file: str
    line: int


class _Misfit(ValueError):
    pass


def count_characters(
    records: Sequence[QuotedText], units: Sequence[OffsetUnit], rejections: Rejections, notes: Counter[str]
) -> Iterator[LabelledText]:
    """Bring the offsets of a file's records to characters.

    The texts that a record repeats prove the unit. Where they fit several, that which fits every record of the file
    is preferred, in the order of `units`.

    Args:
        records: All records of a file.
        units: Units that its tool may count, the likeliest first.
        rejections: Takes the records whose quotes or offsets fit in none of them.
        notes: Counts the entities that are empty and left out.

    Yields:
        The records, their offsets in characters.

    Example:
        ```python
        >>> record = QuotedText(("😀 Rome",), (QuotedSpan(3, 7, "LOC", "Rome"),), "tasks.json", 1)
        >>> [text] = count_characters([record], ["characters", "utf-16"], Rejections(), Counter())
        >>> text.entities
        (TextEntity(start=2, end=6, label='LOC'),)

        ```
    """
    fits = [_fits(record, units) for record in records]
    common: OffsetUnit | None = next(
        (unit for unit in units if all(unit in fit for fit in fits if not isinstance(fit, _Misfit))), None
    )
    for record, fit in zip(records, fits, strict=True):
        if isinstance(fit, _Misfit):
            rejections.add(record.file, record.line, RecordError("the offsets do not fit the text", str(fit)))
            continue
        text, entities = next(iter(fit.values())) if common is None else fit[common]
        kept = tuple(entity for entity in entities if entity.start < entity.end)
        notes[EMPTY_ENTITIES] += len(entities) - len(kept)
        yield LabelledText(text, kept, record.file, record.line)


def units_before(text: str, unit: OffsetUnit) -> list[int]:
    """Return how many units stand before each character of a text, and before its end."""
    return list(accumulate((_width(character, unit) for character in text), initial=0))


def _width(character: str, unit: OffsetUnit) -> int:
    if unit == "characters":
        return 1
    if unit == "utf-16":
        return 1 + (character > "\uffff")
    return len(character.encode("utf-8", "surrogatepass"))


def _fits(
    record: QuotedText, units: Sequence[OffsetUnit]
) -> dict[OffsetUnit, tuple[str, tuple[TextEntity, ...]]] | _Misfit:
    """Return the text and its entities under each unit that fits, or why the first text fits under none."""
    quoted = any(span.quote is not None for span in record.spans)
    found: dict[OffsetUnit, tuple[str, tuple[TextEntity, ...]]] = {}
    misfit: _Misfit | None = None
    for text in record.texts if quoted else record.texts[:1]:
        for unit in units:
            try:
                found.setdefault(unit, (text, tuple(_entities(text, record.spans, unit))))
            except _Misfit as error:
                misfit = misfit or error
        if found:
            return found
    return misfit or _Misfit("there is no text")


def _entities(text: str, spans: Sequence[QuotedSpan], unit: OffsetUnit) -> Iterator[TextEntity]:
    units = units_before(text, unit)
    place = {before: index for index, before in enumerate(units)}
    for start, end, label, quote in spans:
        name = "a span" if label is None else f"the {label!r} entity"
        if not 0 <= start <= end <= units[-1]:
            raise _Misfit(f"{name} at {start}-{end} is outside the text ({units[-1]} {unit})")
        if start not in place or end not in place:
            raise _Misfit(f"{name} at {start}-{end} begins or ends inside a character")
        there = text[place[start] : place[end]]
        if quote is not None and _plain(quote) != _plain(there):
            raise _Misfit(f"{name} says {_short(quote)!r}, but {start}-{end} is {_short(there)!r}")
        if label is not None:
            yield TextEntity(place[start], place[end], label)


def _plain(text: str) -> str:
    # Tools write the line breaks of a quote as spaces, or as a backslash and an n.
    return re.sub(r"\s", " ", text.replace("\\n", "\n"))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE - 1]}…"
