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
from .char_spans import split_words
from .labelled_text import LabelledText, TextEntity

OffsetUnit = Literal["characters", "utf-16", "utf-8"]
"""What a tool counts: code points as Python does, the units of JavaScript and Java, or bytes."""

EMPTY_ENTITIES = "entities without a character were left out"
REPEATED_ENTITIES = "entities that stand there twice were left out once"
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


_Fits = dict[OffsetUnit, tuple[str, tuple[TextEntity, ...]]]
"""A text and its entities under each unit that fits."""


def count_characters(
    records: Sequence[QuotedText], units: Sequence[OffsetUnit], rejections: Rejections, notes: Counter[str]
) -> Iterator[LabelledText]:
    """Bring the offsets of a file's records to characters.

    The texts that a record repeats prove the unit. Where they fit several, that which fits every record of the file is
    taken, in the order of `units`. Where there are none, entities that all begin and end at words tell it.

    Args:
        records: All records of a file.
        units: Units that its tool may count, the likeliest first.
        rejections: Takes the records whose quotes or offsets fit in none of them.
        notes: Counts the entities that are left out because they are empty or repeated.

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
    fits = [(record, _fits(record, units)) for record in records]
    common = _common_unit([(record, fit) for record, fit in fits if not isinstance(fit, _Misfit)], units)
    for record, fit in fits:
        if isinstance(fit, _Misfit):
            rejections.add(record.file, record.line, RecordError("the offsets do not fit the text", str(fit)))
            continue
        text, entities = next(iter(fit.values())) if common is None else fit[common]
        kept = tuple(entity for entity in entities if entity.start < entity.end)
        notes[EMPTY_ENTITIES] += len(entities) - len(kept)
        unique = tuple(dict.fromkeys(kept))
        notes[REPEATED_ENTITIES] += len(kept) - len(unique)
        yield LabelledText(text, unique, record.file, record.line)


def units_before(text: str, unit: OffsetUnit) -> Sequence[int]:
    """Return how many units stand before each character of a text, and before its end."""
    if unit == "characters" or text.isascii() or (unit == "utf-16" and max(text) <= "\uffff"):
        return range(len(text) + 1)
    return list(accumulate((_width(character, unit) for character in text), initial=0))


def _width(character: str, unit: OffsetUnit) -> int:
    if unit == "utf-16":
        return 1 + (character > "\uffff")
    return len(character.encode("utf-8", "surrogatepass"))


def _common_unit(fits: Sequence[tuple[QuotedText, _Fits]], units: Sequence[OffsetUnit]) -> OffsetUnit | None:
    """Return the unit that fits all; of several the first one, or what entities without quotes tell."""
    common: list[OffsetUnit] = [unit for unit in units if all(unit in fit for _, fit in fits)]
    if len(common) < 2:
        return common[0] if common else None
    doubtful = [
        fit
        for record, fit in fits
        if any(fit[unit] != fit[common[0]] for unit in common) and not all(span.quote for span in record.spans)
    ]
    for unit in common:
        if all(_at_words(*fit[unit]) for fit in doubtful):
            return unit
    return common[0]


def _at_words(text: str, entities: Sequence[TextEntity]) -> bool:
    words = split_words(text)
    starts, ends = {word.start for word in words}, {word.end for word in words}
    return all(entity.start in starts and entity.end in ends for entity in entities)


def _fits(record: QuotedText, units: Sequence[OffsetUnit]) -> _Fits | _Misfit:
    """Return the text and its entities under each unit that fits, or why the first text fits under none."""
    quoted = any(span.quote is not None for span in record.spans)
    found: _Fits = {}
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
    place = units if isinstance(units, range) else {before: index for index, before in enumerate(units)}
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
