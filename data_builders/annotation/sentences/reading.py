"""Read the sentences that are to be annotated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO

from ...files.rows import Row, json_rows
from ...files.text_rows import text_rows
from ...record_error import RecordError
from ...rejections import Rejections
from .raw_sentence import COLUMNS, RawSentence, sentence_row


def read_sentence_file(path: str) -> Iterator[RawSentence]:
    """Read what `nuner sentences` writes: JSON Lines or Parquet; compressed files and lines of plain text as well.

    Args:
        path: The file.

    Raises:
        FileNotFoundError: If it is not there.
        CorpusError: If a row is no sentence; the message begins with `file:line`.
    """
    rejections = Rejections("raise")
    return _sentences(text_rows(path, COLUMNS, rejections), rejections)


def read_sentence_stream(lines: IO[bytes], name: str = "standard input") -> Iterator[RawSentence]:
    """Read JSON Lines from a stream, as `read_sentence_file` does from a file.

    Args:
        lines: The lines.
        name: How messages name the stream.
    """
    rejections = Rejections("raise")
    return _sentences(json_rows(lines, name, rejections), rejections)


def _sentences(rows: Iterable[Row], rejections: Rejections) -> Iterator[RawSentence]:
    for row in rows:
        try:
            yield sentence_row(row.value)
        except RecordError as error:
            rejections.add(row.file, row.line, error)
