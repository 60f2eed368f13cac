"""Where raw text comes from: local files, or any text data set of the Hub, read as a stream."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

from datasets import load_dataset

from ...files.rows import Row, dataset_rows
from ...files.source import looks_like_a_hub_id
from ...files.text_rows import text_rows
from ...record_error import RecordError
from ...rejections import CorpusError, Rejections
from ...surrogates import is_encodable

_LANGUAGE_END = re.compile(r"[-_]")


class SourceText(NamedTuple):
    """A text of a source, before it is divided into sentences.

    Args:
        text: The text.
        language: Its language in lower case (ISO 639-1), or None where no column tells.
        source: Name of the file or data set.
    """

    text: str
    language: str | None
    source: str


@dataclass(frozen=True)
class TextSource:
    """Files or one data set, and the columns in them.

    Args:
        names: Text, CSV, JSON Lines or Parquet files, also compressed, as paths, glob patterns or URLs; or one
            Hub id, or a folder, for `datasets.load_dataset`. Every line of a text file is a text.
        text_column: The column with the text.
        language_column: The column with the language, if there is one.
        config: Configuration of the data set, such as `en` of `allenai/c4`.
        split: Split of the data set.
        label: What the sentences name as their source; the file's or data set's name by default.
    """

    names: Sequence[str]
    text_column: str = "text"
    language_column: str | None = None
    config: str | None = None
    split: str = "train"
    label: str | None = None

    def texts(self, rejections: Rejections) -> Iterator[SourceText]:
        """Yield the texts in order, at constant memory.

        Args:
            rejections: Gets the rows that hold no readable text, with file and line.

        Raises:
            FileNotFoundError: If a file is missing.
            ValueError: If the names do not go together, or a column is missing.
        """
        for name, rows in self._rows(rejections):
            yield from self._readable(rows, self.label or name, rejections)

    def _rows(self, rejections: Rejections) -> Iterator[tuple[str, Iterable[Row]]]:
        files = self.files()
        if files is None:
            (name,) = self.names
            loaded = load_dataset(name, name=self.config, split=self.split, streaming=True)
            shown = name if self.config is None else f"{name} ({self.config})"
            yield shown, dataset_rows(loaded, f"{name} ({self.split})")
            return
        columns = [self.text_column, *([self.language_column] if self.language_column else [])]
        for file in files:
            yield Path(file).name, text_rows(file, columns, rejections)

    def files(self) -> list[str] | None:
        """Return the files that the names stand for, or None for a data set.

        Raises:
            FileNotFoundError: If a file is missing.
            ValueError: If no name is given, or a data set is among several names.
        """
        if not self.names:
            raise ValueError("No source is given; name a file or a data set of the Hub.")
        files: list[str] = []
        for name in self.names:
            found = _files_of(name)
            if found is not None:
                files += found
            elif len(self.names) > 1:
                raise ValueError(f"{name} is a data set; a data set is read alone, without other sources.")
        if files and self.config is not None:
            raise ValueError("A configuration is that of a data set, and the source is files.")
        return files or None

    def _readable(self, rows: Iterable[Row], label: str, rejections: Rejections) -> Iterator[SourceText]:
        for number, row in enumerate(rows):
            values = row.value
            if number == 0 and isinstance(values, Mapping):
                self._check_columns(values, row.file)
            try:
                yield self._text_of(values, label)
            except RecordError as error:
                rejections.add(row.file, row.line, error)

    def _check_columns(self, first: Mapping[str, Any], name: str) -> None:
        """Tell a misspelt column at once, and not by a million rejected rows."""
        for column in (self.text_column, self.language_column):
            if column is not None and column not in first:
                found = ", ".join(map(str, first))
                raise CorpusError(f"{name} has no column {column!r}; it has {found}.")

    def _text_of(self, values: Any, label: str) -> SourceText:
        text = values.get(self.text_column) if isinstance(values, Mapping) else None
        if not isinstance(text, str):
            raise RecordError("the row has no text")
        if not is_encodable(text):
            raise RecordError("the text is not valid Unicode")
        language = None
        if self.language_column is not None:
            language = cast("Mapping[str, Any]", values).get(self.language_column)
            if not isinstance(language, str) or not language.strip():
                raise RecordError("the row has no language")
            language = _LANGUAGE_END.split(language.strip().lower())[0]
        return SourceText(text, language, label)


def _files_of(name: str) -> list[str] | None:
    """Return the files that a name stands for, or None where it is a data set."""
    if "://" in name or Path(name).is_file():
        return [name]
    if Path(name).is_dir():
        return None
    found = sorted(glob.glob(name, recursive=True))  # noqa: PTH207 (Path takes no absolute pattern)
    if not found and not looks_like_a_hub_id(name):
        raise FileNotFoundError(f"No file is at {name!r}, and it is no name of a data set on the Hub.")
    return found or None
