"""Read the corpus that is carried inside the package."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from importlib.resources import files

from nuner.data_builders.files.rows import Row, json_rows
from nuner.data_builders.rejections import Rejections

BUNDLED_NAME = "nuner-bundled.jsonl.gz"


def bundled_rows(rejections: Rejections) -> Iterator[Row]:
    """Yield the rows of the bundled corpus: 5,280 English passages over 317 domains, annotated by an LLM.

    Args:
        rejections: Gets unreadable lines, as for any other file.
    """
    with (
        files("nuner.data_builders.data").joinpath(BUNDLED_NAME).open("rb") as packed,
        gzip.open(packed) as file,
    ):
        yield from json_rows(file, BUNDLED_NAME, rejections)
