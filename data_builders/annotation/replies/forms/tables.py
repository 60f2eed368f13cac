"""Read entities that stand in the rows of a table: of Markdown, of lines and corners, or with separators."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence

from ....raw_entity import EitherWay, RawEntity
from ..entity_keys import CONCEPT, DESCRIPTION, TEXT, UNSURE, names_a_part, part, plain_name
from .lines import is_correction, without_list_mark

_DRAWN = str.maketrans("\u2502\u2503\u2551\u00a6", "||||")
_RULE = "-:|+= \t" + "".join(map(chr, range(0x2500, 0x2580)))  # with all characters that draw boxes
_BETWEEN_CELLS = re.compile(r"(?<!\\)\|")
_ANY_SEPARATOR = re.compile(r"[|,;\t]")
_GAP = re.compile(r"(?<=\S) {2,40}(?=\S)")
_CALL = re.compile(r"\A[a-zA-Z_]{1,40}(?=\()")  # entity("Genoa", "city").
_PLURALS = {
    "texts", "mentions", "spans", "examples", "instances", "values", "terms", "words", "tokens", "items", "entities",
}  # fmt: skip

Row = Sequence[str]


def table_entities(lines: list[str]) -> list[RawEntity]:
    """Read the rows of a table; of several versions of it, the last one.

    Columns are known by their names, or by their order: text, concept, description.

    Args:
        lines: The lines of the answer.
    """
    return _piped(lines) or _separated(lines)


def _piped(lines: list[str]) -> list[RawEntity]:
    entities: list[RawEntity] = []
    rows: list[Row] = []
    corrected = False
    for line in lines:
        line = without_list_mark(line.translate(_DRAWN))
        is_rule = not line.strip(_RULE)
        if line and is_rule and ("-" in line or "=" in line or not line.isascii()):
            rows.append(())
        elif "|" in line:
            cells = [cell.replace("\\|", "|").strip() for cell in _BETWEEN_CELLS.split(line.strip("|"))]
            if corrected:
                entities, rows, corrected = [], [], False
            rows.append(cells)
        else:
            if line and is_correction(line):
                corrected = True
            if line or rows:
                entities += _of_rows(rows)
                rows = []
    if corrected and not rows:
        return entities
    return entities + _of_rows(rows)


def _separated(lines: list[str]) -> list[RawEntity]:
    lines = [line for line in lines if line.strip() and not line.startswith("```")]
    lines = [_without_brackets(line) for line in lines if _is_bracketed(line)] or list(map(without_list_mark, lines))
    if lines and _is_header(row := _GAP.split(lines[0])) and len(row) > 1:
        lines = [_GAP.sub("\t", line) for line in lines]  # columns of one width
    for separator in "\t;,":
        rows = list(_cells([line for line in lines if separator in line], separator))
        if len(rows) * 2 <= len(lines) or not rows:
            continue
        has_names = _is_header(rows[0])
        widths = {len(row) for row in rows}
        quoted = all(line.lstrip().startswith('"') for line in lines)
        regular = max(widths) <= 3 and min(widths) >= 2 and len(rows) == len(lines) and (len(rows) > 1 or quoted)
        if has_names or separator == "\t" or (regular and len(widths) == 1):
            return _of_rows(rows)
    return []


def _without_brackets(line: str) -> str:
    return _CALL.sub("", without_list_mark(line).rstrip(",;. "))[1:-1]


def _is_bracketed(line: str) -> bool:
    row = _CALL.sub("", without_list_mark(line).rstrip(",;. "))
    return row[:1] + row[-1:] in ("()", "[]") and "," in row


def _cells(lines: list[str], separator: str) -> Iterator[Row]:
    for line in lines:
        try:
            yield [cell.strip() for cell in next(csv.reader([line], delimiter=separator, skipinitialspace=True))]
        except (csv.Error, StopIteration):
            continue


def is_header_alone(lines: list[str]) -> bool:
    """Tell whether the lines are a table that has the names of its columns, and no row.

    Args:
        lines: The lines of the answer.
    """
    rows = [line for line in lines if line.strip(_RULE + "`*()/")]
    return len(rows) == 1 and _is_header(list(filter(None, _ANY_SEPARATOR.split(rows[0].strip("| ")))))


def _is_header(row: Row) -> bool:
    return sum(map(names_a_part, row)) >= 2 or (len(row) > 2 and sum(map(names_a_part, row[:3])) >= 2)


def _of_rows(rows: list[Row]) -> list[RawEntity]:
    """Read rows, of which an empty one is the rule under the names of the columns."""
    names: Row | None = None
    if len(rows) > 1 and not rows[1]:
        names = rows[0]
    elif len(rows) > 2 and not rows[0] and not rows[2]:
        names = rows[1]
    elif (first := next(filter(None, rows), None)) is not None and _is_header(first):
        names = first
    cells = [row for row in rows if row and row is not names and len(row) >= 2]
    if not cells:
        return []
    if names is None or not _is_header(names):
        return list(_by_order(cells))
    plain = [plain_name(name.strip("*_` ")) for name in names]
    known = {name: column for column, name in reversed(list(enumerate(plain)))}
    text = part(known, TEXT)
    concept = part(known, CONCEPT, text)
    if text is not None and concept is None and text in CONCEPT:
        concept, text = text, part(known, TEXT, text)
    if text is None or concept is None:
        return list(_by_order(cells))
    description = part(known, DESCRIPTION)
    unsure = text in _PLURALS or (text in UNSURE and concept in UNSURE)
    return list(_by_column(cells, known[text], known[concept], known[description] if description else None, unsure))


def _by_column(rows: list[Row], text: int, concept: int, description: int | None, unsure: bool) -> Iterator[RawEntity]:
    kind = EitherWay if unsure else RawEntity
    for row in rows:
        if max(text, concept) < len(row):
            said = row[description] if description is not None and description < len(row) else None
            yield kind(row[text], row[concept], said or None)


def _by_order(rows: list[Row]) -> Iterator[RawEntity]:
    numbered = len(rows) > 1 and all(len(row) > 2 and row[0].strip(".)#").isdigit() for row in rows)
    for row in rows:
        row = row[1:] if numbered else row
        if row[0] and row[1]:
            yield EitherWay(row[0], row[1], (row[2] or None) if len(row) > 2 else None)
