"""Read records that are in the corpus schema already, such as those of the corpus that the package carries."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Any

from ...files.rows import Row, json_rows
from ...rejections import Rejections
from ...schema import validate_record
from .conversion import LeaveOut, convert_rows

BUNDLED_FILES = {
    "en": "nuner-bundled.jsonl.gz",
    "es": "nuner-bundled-es.jsonl.gz",
    "fr": "nuner-bundled-fr.jsonl.gz",
    "it": "nuner-bundled-it.jsonl.gz",
    "nl": "nuner-bundled-nl.jsonl.gz",
    "pl": "nuner-bundled-pl.jsonl.gz",
    "pt": "nuner-bundled-pt.jsonl.gz",
    "ru": "nuner-bundled-ru.jsonl.gz",
}
"""Language of the bundled corpus (ISO 639-1) -> its file in `nuner.data_builders.data`."""

DEFAULT_LANGUAGES = ("en",)


def read_records(rows: Iterable[Row], rejections: Rejections) -> Iterator[dict[str, Any]]:
    """Yield the records that fit the schema, in order.

    Args:
        rows: Raw rows in the corpus schema; see `validate_record` for the fields that may be absent.
        rejections: Gets the others.

    Example:
        ```python
        >>> rejections = Rejections()
        >>> list(read_records([Row("a.jsonl", 1, {"text": "", "entities": []})], rejections))
        []
        >>> str(rejections.items[0])
        'a.jsonl:1: the text is empty'

        ```
    """
    return convert_rows(rows, _convert, rejections)


def bundled_rows(rejections: Rejections, languages: Iterable[str] = DEFAULT_LANGUAGES) -> Iterator[Row]:
    """Yield the rows of the bundled corpus, annotated by an LLM with concepts in the language of the text.

    English has 5,280 passages over 317 domains, each of the other seven languages 250.

    Args:
        rejections: Gets unreadable lines, as for any other file.
        languages: Keys of `BUNDLED_FILES`.
    """
    for language in languages:
        name = BUNDLED_FILES[language]
        with files("nuner.data_builders.data").joinpath(name).open("rb") as packed, gzip.open(packed) as file:
            yield from json_rows(file, name, rejections)


def _convert(value: Any, _leave_out: LeaveOut) -> dict[str, Any]:
    return validate_record(value)
