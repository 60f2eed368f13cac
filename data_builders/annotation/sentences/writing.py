"""Write raw sentences as JSON Lines or Parquet."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import TextIO

from ...files.whole_files import whole_file
from .raw_sentence import RAW_SENTENCE_FEATURES, RawSentence

_ROWS_AT_ONCE = 10_000


def write_sentences(sentences: Iterable[RawSentence], path: str | PathLike[str]) -> int:
    """Write sentences to a file, which appears when it is complete.

    Args:
        sentences: The rows.
        path: A name that ends in `.parquet` or `.jsonl`.

    Returns:
        How many were written.

    Raises:
        ValueError: If the name ends otherwise.
    """
    path = Path(path)
    if path.suffix not in (".parquet", ".jsonl"):
        raise ValueError(f"{path} ends in neither .jsonl nor .parquet, the formats that sentences are written in.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as unfinished:
        if path.suffix == ".parquet":
            return _write_parquet(sentences, unfinished)
        with unfinished.open("w", encoding="utf-8", newline="\n") as file:
            return write_json_lines(sentences, file)


def write_json_lines(sentences: Iterable[RawSentence], file: TextIO) -> int:
    """Write a line a sentence and return how many there were.

    Args:
        sentences: The rows.
        file: Takes the lines.
    """
    written = 0
    for sentence in sentences:
        file.write(json.dumps(sentence, ensure_ascii=False) + "\n")
        written += 1
    return written


def _write_parquet(sentences: Iterable[RawSentence], path: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = RAW_SENTENCE_FEATURES.arrow_schema
    rows = iter(sentences)
    written = 0
    with pq.ParquetWriter(path, schema) as writer:
        while batch := list(islice(rows, _ROWS_AT_ONCE)):
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))
            written += len(batch)
    return written
