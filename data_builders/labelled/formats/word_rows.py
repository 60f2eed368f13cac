"""CSV with a word a row and a column that numbers sentences, as data sets on Kaggle have it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ...record_error import RecordError
from ...rejections import Rejections
from ..labelled_text import LabelledText
from ..sentence import LabelledSentence
from ..text_words import tag_text
from .labelled_file import LabelledFile
from .labelled_format import LabelledFormat

_SENTENCES = ("sentence #", "sentence_idx", "sentence_id", "sentence id", "sent_id", "sentence")
_WORDS = ("word", "words", "token", "tokens")
_TAGS = ("tag", "tags", "ner", "ner_tag", "ner_tags", "label", "labels")
_DELIMITERS = (",", ";")


class _Columns(NamedTuple):
    delimiter: str
    sentence: int
    word: int
    tag: int


def _columns(file: LabelledFile) -> _Columns | None:
    """Find the columns that are needed in the header."""
    first = next(iter(file.head.splitlines()), "")
    for delimiter in _DELIMITERS:
        header = [name.strip(' "').lower() for name in first.split(delimiter)]
        found = [
            next((header.index(name) for name in names if name in header), -1) for names in (_SENTENCES, _WORDS, _TAGS)
        ]
        if -1 not in found:
            return _Columns(delimiter, *found)
    return None


def _read(file: LabelledFile, rejections: Rejections, notes: Counter[str]) -> Iterator[LabelledSentence]:
    columns = _columns(file)
    if columns is None:
        raise ValueError(f"the first line of {file.path} does not name columns of sentences, words and tags")
    name = str(file.path)
    rows = csv.reader(io.StringIO(file.text, newline=""), delimiter=columns.delimiter)
    width = len(next(rows))
    number, first_line = "", 0
    tokens: list[str] = []
    tags: list[str] = []
    fault: RecordError | None = None

    def sentence() -> Iterator[LabelledSentence]:
        if fault is not None:
            rejections.add(name, first_line, fault)
        elif tokens:
            yield LabelledSentence(tokens, tags, None, name, first_line)

    line = rows.line_num + 1
    for row in rows:
        if any(row):
            if len(row) == width and row[columns.sentence] not in ("", number):
                yield from sentence()
                number, first_line, tokens, tags, fault = row[columns.sentence], line, [], [], None
            if len(row) != width:
                reason = f"{len(row)} columns in line {line}, but the first line names {width}"
                fault = RecordError("not a labelled sentence", reason)
            else:
                tokens.append(row[columns.word])
                tags.append(row[columns.tag].strip())
        line = rows.line_num + 1
    yield from sentence()


def _write(texts: Sequence[LabelledText], notes: Counter[str]) -> bytes:
    content = io.StringIO(newline="")
    rows = csv.writer(content, lineterminator="\n")
    rows.writerow(["Sentence #", "Word", "Tag"])
    for number, text in enumerate(texts, start=1):
        sentence = tag_text(text, notes)
        for place, row in enumerate(zip(sentence.tokens, sentence.tags, strict=True)):
            rows.writerow(["" if place else f"Sentence: {number}", *row])
    return content.getvalue().encode()


WORD_ROWS = LabelledFormat(
    name="csv",
    title="CSV with a word a row (Kaggle)",
    suffixes=(".csv",),
    recognize=lambda file: int(_columns(file) is not None),
    read=_read,
    write=_write,
)
