"""CoNLL columns in the table of formats: read as `conll` does it, written as words and IOB2 tags."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from ...rejections import Rejections
from ..columns.choice import choose_columns
from ..columns.columns_error import ColumnsError
from ..columns.rows import split_rows
from ..labelled_text import LabelledText
from ..sentence import LabelledSentence
from ..text_words import tag_texts
from .conll import CONLL_SUFFIXES, read_conll
from .labelled_file import LabelledFile
from .labelled_format import LabelledFormat, text_bytes

# What ends a cell or a line, for whoever reads the file.
_DIVIDES = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
_SPACED = "texts have spaces for tabs and line breaks in their words or tags"


def _read(file: LabelledFile, rejections: Rejections, notes: Counter[str]) -> Iterator[LabelledSentence]:
    return read_conll(file, rejections)


def _write(texts: Sequence[LabelledText], notes: Counter[str]) -> bytes:
    blocks = []
    for sentence in tag_texts(texts, notes):
        cells = [[_DIVIDES.sub(" ", cell) for cell in cells] for cells in (sentence.tokens, sentence.tags)]
        notes[_SPACED] += cells != [sentence.tokens, sentence.tags]
        blocks.append("".join(f"{word}\t{tag}\n" for word, tag in zip(*cells, strict=True)))
    content = "\n".join(blocks)
    return text_bytes(content if _tells_its_columns(content) else f"{_NAMES}\n{content}")


def _tells_its_columns(content: str) -> bool:
    """Tell whether the words and tags are found again without a line that names them."""
    rows = split_rows(content)
    columns = rows.columns()
    try:
        return rows.names is None and choose_columns(columns) == tuple(columns)
    except ColumnsError:
        return False


# That of CoNLL-U Plus.
_NAMES = "# global.columns = FORM NER"

CONLL = LabelledFormat(
    name="conll",
    title="CoNLL columns",
    suffixes=CONLL_SUFFIXES,
    # Any text has columns: only the name of a file says that these are meant.
    recognize=lambda file: int(file.path.is_file() and file.suffix in ("", *CONLL_SUFFIXES)),
    read=_read,
    write=_write,
)
