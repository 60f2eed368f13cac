"""Corpora as large as the paper's, made of the bundled one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from nuner import NuNerCorpus

# 18,316 concepts in so many variants are 200 thousand, as the paper's corpus has.
VARIANTS = (
    "",
    "abroad",
    "at home",
    "by law",
    "in full",
    "in part",
    "of late",
    "of old",
    "on loan",
    "on sale",
    "to be",
)


def write_large_corpus(path: Path, sentences: int) -> None:
    """Write a corpus of the bundled passages, over and over, none of them twice the same.

    A passage carries every other of its annotations, nine on average, with concepts that differ from one time to
    the next: a million of them have 4.6 million annotations of 200 thousand concepts.

    Args:
        path: A JSON Lines file.
        sentences: How many passages.
    """
    with path.open("w", encoding="utf-8") as file:
        for row in islice(_rows(), sentences):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def bundled_passages() -> list[dict[str, Any]]:
    """Return the rows of the bundled corpus, both splits."""
    builder = NuNerCorpus("bundled")
    builder.download_and_prepare()
    splits: Any = builder.as_dataset()
    return [row for split in splits.values() for row in split]


def _rows() -> Iterator[dict[str, Any]]:
    passages = bundled_passages()
    for number, row in enumerate(cycle(passages)):
        time = number // len(passages)
        variant = VARIANTS[time % len(VARIANTS)]
        entities = row["entities"][time % 2 :: 2]
        named = [{**entity, "concept": f"{entity['concept']} {variant}".strip()} for entity in entities]
        yield {"text": f"{row['text']} No. {number}.", "language": "en", "source": row["source"], "entities": named}
