"""Labelled sentences in JSON Lines: words and tags, or a text and entities with character offsets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from ...record_error import RecordError
from ...rejections import Rejections
from ..sentence import LabelledSentence, parse_labelled

JSON_LINES_SUFFIX = ".jsonl"


def read_json_lines(path: Path, rejections: Rejections) -> Iterator[tuple[LabelledSentence, int]]:
    """Read a JSON Lines file; see `parse_labelled`. Blank lines are passed over.

    Args:
        path: The file, UTF-8.
        rejections: Takes the lines that cannot be read.

    Yields:
        Each sentence, and how many of its entities were widened to whole words.
    """
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                # json's own error and a decoding error are ValueErrors too
                sentence = parse_labelled(json.loads(line.decode("utf-8")), str(path), number)
            except ValueError as error:
                rejections.add(str(path), number, RecordError("not a labelled sentence", str(error)))
            else:
                yield sentence
