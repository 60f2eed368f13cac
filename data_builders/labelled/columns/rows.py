"""Rows of a file in columns: a word a line, a blank line between sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain, groupby
from typing import NamedTuple

from ..tag_spelling import has_usual_mark, is_outside
from .column import Column
from .tag_columns import TAG_NAMES
from .word_columns import WORD_NAMES

_LINE_END = re.compile(r"\r\n|\r|\n")
# Not what else counts as white space: a word may have a non-breaking space inside.
_SPACES = re.compile("[ \t]+")
_GLOBAL_COLUMNS = re.compile(r"#\s*global\.columns\s*=\s*(.+)")
_DOCUMENT_START = "-DOCSTART-"


class Row(NamedTuple):
    """One line: its number from 1, its cells, and whether it begins with `#` and may be a comment."""

    line: int
    cells: list[str]
    hashed: bool


@dataclass(frozen=True)
class Rows:
    """The rows of a file by sentences.

    Args:
        sentences: Lines of each sentence, among them what may be comments.
        width: The usual number of columns.
        names: What a header calls them, if there is one.
    """

    sentences: list[list[Row]]
    width: int
    names: list[str] | None = None

    def columns(self) -> list[Column]:
        """Return the columns by what surely are rows: comments and rows of another width left out."""
        sure = [[row for row in rows if not row.hashed and len(row.cells) == self.width] for rows in self.sentences]
        return [
            Column(self.names[i] if self.names else i, [[row.cells[i] for row in rows] for rows in sure if rows])
            for i in range(self.width)
        ]


def split_rows(text: str, wanted: Iterable[str | int | None] = ()) -> Rows:
    """Split the text of a file into rows of cells.

    Cells are set apart by tabs where most lines have one, and by spaces otherwise. A header is taken off.

    Args:
        text: The text.
        wanted: Columns that the user names, by which a header is known, too.

    Returns:
        The rows; none if there are only blank lines and what begins with `#`.
    """
    lines = _LINE_END.split(text)
    plain = [line for line in lines if line.strip() and not line.startswith("#")]
    by_tabs = 2 * sum("\t" in line for line in plain) > len(plain)
    sentences = [
        [Row(number, _cells(line, by_tabs), line.startswith("#")) for number, line in block]
        for block in _blocks(lines, by_tabs)
    ]
    rows = _fitted(Rows(sentences, _usual_width(sentences)))
    named = next((match[1].split() for line in lines if (match := _GLOBAL_COLUMNS.match(line))), [])
    rows = replace(rows, names=named) if len(named) == rows.width else without_header(rows, wanted)
    return rows if len(rows.sentences) > 1 else split_unbroken(rows)


def _blocks(lines: list[str], by_tabs: bool) -> Iterable[list[tuple[int, str]]]:
    block: list[tuple[int, str]] = []
    for number, line in enumerate(lines, start=1):
        if line.strip() and not any(cell.startswith(_DOCUMENT_START) for cell in _cells(line, by_tabs)):
            block.append((number, line))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _cells(line: str, by_tabs: bool) -> list[str]:
    return [cell.strip(" ") for cell in line.split("\t")] if by_tabs else _SPACES.split(line.strip(" \t"))


def _usual_width(sentences: list[list[Row]]) -> int:
    widths = Counter(len(row.cells) for rows in sentences for row in rows if not row.hashed)
    return widths.most_common(1)[0][0] if widths else 0


def _fitted(rows: Rows) -> Rows:
    """Drop empty cells behind the usual columns, and add them where the last columns may be empty.

    Tabs at the end of lines make them, and editors that remove such tabs.
    """
    empty = {place for line in rows.sentences for row in line for place, cell in enumerate(row.cells) if not cell}

    def fit(row: Row) -> Row:
        cells = row.cells
        while len(cells) > rows.width and not cells[-1]:
            cells = cells[:-1]
        missing = range(len(cells), rows.width)
        return row._replace(cells=cells + [""] * len(missing) if empty.issuperset(missing) else cells)

    return replace(rows, sentences=[list(map(fit, sentence)) for sentence in rows.sentences])


def without_header(rows: Rows, wanted: Iterable[str | int | None]) -> Rows:
    """Take the header off, if the first row is one.

    Args:
        rows: The rows.
        wanted: Columns that the user names: a row in which one stands is a header.
    """
    first = next((row for row in chain.from_iterable(rows.sentences) if not row.hashed), None)
    if first is None or len(first.cells) != rows.width:
        return rows
    sentences = [[row for row in sentence if row is not first] for sentence in rows.sentences]
    body = Rows([sentence for sentence in sentences if sentence], rows.width)
    return replace(body, names=first.cells) if _is_header(first.cells, body.columns(), wanted) else rows


def _is_header(cells: list[str], below: list[Column], wanted: Iterable[str | int | None]) -> bool:
    if any(name in cells for name in wanted):
        return True
    lowered = {cell.lower() for cell in cells}
    known = [bool(lowered.intersection(names)) for names in (TAG_NAMES, WORD_NAMES)]
    if not any(known) or any(is_outside(cell) or has_usual_mark(cell) for cell in cells):
        return False
    # One name alone may be a word or a type: it is a header where all that is below is tags.
    return all(known) or any(all(is_outside(tag) or has_usual_mark(tag) for tag in c.counts) for c in below)


def split_unbroken(rows: Rows) -> Rows:
    """Divide a file without blank lines where a column numbers sentences, or counts the words of each."""
    places = range(rows.width)
    numbers = next((place for place in places if _numbers_sentences(rows, place)), None)
    if numbers is not None:
        by_number = groupby(chain.from_iterable(rows.sentences), lambda row: row.cells[numbers])
        return replace(rows, sentences=[list(sentence) for _, sentence in by_number])
    for place in places:
        sentences: list[list[Row]] = []
        for row in chain.from_iterable(rows.sentences):
            if not sentences or row.cells[place : place + 1] == sentences[0][0].cells[place : place + 1]:
                sentences.append([])
            sentences[-1].append(row)
        divided = replace(rows, sentences=sentences)
        if len(sentences) > 1 and divided.columns()[place].counts_words:
            return divided
    return rows


def _numbers_sentences(rows: Rows, place: int) -> bool:
    """Tell whether a column counts up from 0 or 1, and stays at numbers for several rows."""
    lines = [row.cells[place] if len(row.cells) == rows.width else "" for row in chain.from_iterable(rows.sentences)]
    runs = [number for number, _ in groupby(lines)]
    return 1 < len(runs) < len(lines) and any(
        runs == [str(number) for number in range(first, first + len(runs))] for first in (0, 1)
    )
