"""CSV with a word a row, most often with a column that numbers sentences, as data sets on Kaggle have it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence

from ...rejections import Rejections
from ..columns.choice import ColumnName
from ..columns.rows import Row, Rows, split_unbroken, without_header
from ..labelled_text import LabelledText
from ..sentence import LabelledSentence
from ..text_words import tag_texts
from .conll import read_columns
from .labelled_file import LabelledFile
from .labelled_format import LabelledFormat

_SENTENCES = ("sentence #", "sentence_idx", "sentence_id", "sentence id", "sent_id", "sentence")
_DELIMITERS = ",;\t|"


def read_word_rows(
    file: LabelledFile,
    rejections: Rejections,
    words_column: ColumnName | None = None,
    tags_column: ColumnName | None = None,
) -> Iterator[LabelledSentence]:
    """Read a CSV file with a word a row.

    A sentence ends where its number changes, at a blank row, or where a column counts words anew.

    Args:
        file: The file.
        rejections: Takes the sentences that cannot be read.
        words_column: The column of the words; see `read_conll`.
        tags_column: That of the tags.

    Yields:
        Each sentence, its scheme left open.

    Raises:
        ValueError: If it cannot be told which column is which; the message shows the first lines.
    """
    rows = _rows(file, (words_column, tags_column))
    yield from read_columns(file, rows, rejections, words_column, tags_column)


def _rows(file: LabelledFile, wanted: Sequence[ColumnName | None]) -> Rows:
    delimiter = max(_DELIMITERS, key=next(iter(file.head.splitlines()), "").count)
    reader = csv.reader(io.StringIO(file.text, newline=""), delimiter=delimiter)
    sentences: list[list[Row]] = [[]]
    line = 1
    for cells in reader:
        if any(cells):
            sentences[-1].append(Row(line, [cell.strip() for cell in cells], False))
        elif sentences[-1]:
            sentences.append([])
        line = reader.line_num + 1
    width = len(sentences[0][0].cells) if sentences[0] else 0
    rows = without_header(Rows([sentence for sentence in sentences if sentence], width), wanted)
    names = [name.lower() for name in rows.names or ()]
    number = next((names.index(name) for name in _SENTENCES if name in names), None)
    if number is not None:
        return Rows(_numbered(rows, number), width, rows.names)
    return rows if len(rows.sentences) > 1 else split_unbroken(rows)


def _numbered(rows: Rows, place: int) -> list[list[Row]]:
    """Divide rows where the number of the sentence changes; most often only the first word of each has it."""
    sentences: list[list[Row]] = []
    last = ""
    for row in (row for sentence in rows.sentences for row in sentence):
        number = row.cells[place] if len(row.cells) == rows.width else ""
        if not sentences or number not in ("", last):
            sentences.append([])
            last = number
        sentences[-1].append(row)
    return sentences


def _read(file: LabelledFile, rejections: Rejections, notes: Counter[str]) -> Iterator[LabelledSentence]:
    return read_word_rows(file, rejections)


def _write(texts: Sequence[LabelledText], notes: Counter[str]) -> bytes:
    content = io.StringIO(newline="")
    rows = csv.writer(content, lineterminator="\n")
    rows.writerow(["Sentence #", "Word", "Tag"])
    for number, sentence in enumerate(tag_texts(texts, notes), start=1):
        for place, row in enumerate(zip(sentence.tokens, sentence.tags, strict=True)):
            rows.writerow(["" if place else f"Sentence: {number}", *row])
    return content.getvalue().encode()


WORD_ROWS = LabelledFormat(
    name="csv",
    title="CSV with a word a row (Kaggle)",
    suffixes=(".csv",),
    recognize=lambda file: int(file.path.is_file() and file.suffix == ".csv"),
    read=_read,
    write=_write,
)
