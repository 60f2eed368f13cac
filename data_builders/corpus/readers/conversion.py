"""Turn raw rows into records, and book those that cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from nuner.data_builders.files.rows import Row
from nuner.data_builders.rejections import Rejections
from nuner.data_builders.schema import RecordError, sentence_id

LeaveOut = Callable[[RecordError], None]
"""Books an annotation that is left out of a record which is otherwise kept."""


def convert_rows(
    rows: Iterable[Row], convert: Callable[[Any, LeaveOut], dict[str, Any]], rejections: Rejections
) -> Iterator[dict[str, Any]]:
    """Yield a record for every row that gives one; each sentence once.

    Args:
        rows: The raw rows.
        convert: Makes a record of a row's value or raises `RecordError`; calls its second argument, a
            `LeaveOut`, for each annotation that it leaves out.
        rejections: Gets every fault with its file and line.
    """
    sentences = _UniqueSentences()
    for row in rows:

        def leave_out(error: RecordError, row: Row = row) -> None:
            rejections.add(row.file, row.line, error, part="annotation")

        try:
            record = convert(row.value, leave_out)
            sentences.add(record)
        except RecordError as error:
            rejections.add(row.file, row.line, error)
        else:
            yield record


class _UniqueSentences:
    """Refuses a text that has occurred before, and an id that stands for another text already.

    Without it the same text under two ids could stand in the training and in the validation split.
    """

    def __init__(self) -> None:
        self._texts: set[int] = set()
        self._given_ids: set[str] = set()

    def add(self, record: dict[str, Any]) -> None:
        text_id = sentence_id(record["text"])
        number = int(text_id, 16)  # a third of the memory of the string, over a million sentences
        if number in self._texts:
            raise RecordError("the text occurred before")
        if record["id"] != text_id:
            if record["id"] in self._given_ids:
                raise RecordError("the id stands for another text already", repr(record["id"]))
            self._given_ids.add(record["id"])
        self._texts.add(number)
