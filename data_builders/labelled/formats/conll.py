"""Labelled sentences in columns: one word a line, a blank line between sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ...record_error import RecordError
from ...rejections import Rejections
from ..sentence import LabelledSentence

CONLL_SUFFIXES = (".conll", ".conllu", ".iob", ".iob2", ".bio", ".bioes", ".tsv", ".txt")

# `# id 5239d808  domain=en` above a sentence; a word `#` has a tag after it and no equals sign.
_COMMENT = re.compile(r"#\s.*=|##")
_DOCUMENT_START = "-DOCSTART-"


def read_conll(path: Path, rejections: Rejections, tags_column: int = -1) -> Iterator[LabelledSentence]:
    r"""Read a file of columns, as CoNLL-2002, CoNLL-2003, WNUT, GermEval and MultiCoNER have it.

    Columns are set apart by tabs where the first line with words has one, by other white space otherwise. The word
    stands in the first column, or in the second where the first counts the words of each sentence from 1. Lines that
    begin with `-DOCSTART-`, and comments (`# id = 7`) above a sentence, are passed over.

    Args:
        path: The file, UTF-8.
        rejections: Takes the sentences that cannot be read; the line is that of the fault.
        tags_column: Number of the column of the tags, from 0, or from the end if negative.

    Yields:
        Each sentence, its scheme left open.

    Example:
        ```python
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "train.conll")
        ...     _ = path.write_text("Ada B-PER\nsmiled O\n\nRome B-LOC\n")
        ...     [sentence.tags for sentence in read_conll(path, Rejections())]
        [['B-PER', 'O'], ['B-LOC']]

        ```
    """
    blocks = list(_blocks(path))
    if not blocks:
        return
    delimiter = "\t" if "\t" in blocks[0][1][0] else None
    sentences = [(number, [_cells(line, delimiter) for line in lines]) for number, lines in blocks]
    columns = len(sentences[0][1][0])
    # Only the whole file tells a column of numbers from a first word that is one.
    counted = columns > 2 and all(row[0] == str(i) for _, rows in sentences for i, row in enumerate(rows, start=1))
    for number, rows in sentences:
        fault = next((i for i, row in enumerate(rows) if len(row) != columns), None)
        if fault is not None:
            reason = f"{len(rows[fault])} columns, but the file begins with {columns}"
        elif columns < 2 or not -columns <= tags_column < columns:
            fault, reason = 0, f"{columns} columns, so there is no column {tags_column} of tags beside the words"
        else:
            tokens, tags = [row[int(counted)] for row in rows], [row[tags_column] for row in rows]
            yield LabelledSentence(tokens, tags, None, str(path), number)
            continue
        rejections.add(str(path), number + fault, RecordError("not a labelled sentence", reason))


def _cells(line: str, delimiter: str | None) -> list[str]:
    return [cell.strip() for cell in line.split(delimiter)]


def _blocks(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of each sentence, and the number of the first of them."""
    block: list[str] = []
    with path.open("rb") as lines:
        number = 0
        for number, raw in enumerate(lines, start=1):
            try:
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            except UnicodeDecodeError as error:
                raise ValueError(f"{path}:{number} is not UTF-8 ({error.reason}); convert the file to UTF-8") from None
            passed_over = line.startswith(_DOCUMENT_START) or (not block and _COMMENT.match(line))
            if line.strip() and not passed_over:
                block.append(line)
            elif block:
                yield number - len(block), block
                block = []
    if block:
        yield number - len(block) + 1, block
