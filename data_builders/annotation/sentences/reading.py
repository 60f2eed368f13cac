"""Read the sentences that are to be annotated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

from nuner.data_builders.files.rows import Row, json_rows
from nuner.data_builders.files.text_rows import text_rows
from nuner.data_builders.rejections import Rejections
from nuner.data_builders.schema import RecordError, is_encodable

from .raw_sentence import RawSentence, raw_sentence

_COLUMNS = ("text", "id", "language", "source")


def read_sentence_file(path: str) -> Iterator[RawSentence]:
    """Read what `nuner sentences` writes: JSON Lines or Parquet; compressed files and lines of plain text as well.

    Args:
        path: The file.

    Raises:
        FileNotFoundError: It is not there.
        CorpusError: A row is no sentence; the message begins with `file:line`.
    """
    rejections = Rejections("raise")
    return _sentences(text_rows(path, _COLUMNS, rejections), rejections)


def read_sentence_stream(lines: IO[bytes], name: str = "standard input") -> Iterator[RawSentence]:
    """Read JSON Lines from a stream, as `read_sentence_file` does from a file.

    Args:
        lines: The lines.
        name: How messages name the stream.
    """
    rejections = Rejections("raise")
    return _sentences(json_rows(lines, name, rejections), rejections)


def sentence_row(sentence: str | Mapping[str, Any]) -> RawSentence:
    """Return a sentence as a row of the raw-sentence schema.

    Args:
        sentence: Its text, or a row with `text` and perhaps `id`, `language` and `source`.

    Raises:
        RecordError: There is no text, or a field is no string.

    Example:
        >>> sentence_row("Ada Lovelace was born in London.")["id"]
        'b6a08f93eaff87c1'
    """
    values = {"text": sentence} if isinstance(sentence, str) else sentence
    if not isinstance(values, Mapping):
        raise RecordError("the row is not an object")
    for name in _COLUMNS:
        value = values.get(name)
        if value is not None and not isinstance(value, str):
            raise RecordError("a field has the wrong type", f"'{name}' is not a string")
    text = values.get("text")
    if not text or not text.strip():
        raise RecordError("the sentence has no text")
    if not is_encodable(text):
        raise RecordError("the text is not valid Unicode")
    row = raw_sentence(text, values.get("language"), values.get("source"))
    row["id"] = values.get("id") or row["id"]
    return row


def _sentences(rows: Iterable[Row], rejections: Rejections) -> Iterator[RawSentence]:
    for row in rows:
        try:
            yield sentence_row(row.value)
        except RecordError as error:
            rejections.add(row.file, row.line, error)
