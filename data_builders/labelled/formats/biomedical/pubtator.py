"""PubTator: a title, an abstract, and annotations with offsets over both."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from ....files.rows import Row
from ....record_error import RecordError
from ...labelled_text import LabelledText
from ...offset_units import QuotedSpan, QuotedText
from ..labelled_file import LabelledFile
from ..labelled_format import LabelledFormat, checked_span, read_records

_START = re.compile(r"\s*[\w.-]+\|t\|")
_TEXT = re.compile(r"([^|\t]+)\|([ta])\|(.*)", re.DOTALL)


def _documents(file: LabelledFile) -> Iterator[Row]:
    """Yield the lines of each document."""
    lines: list[str] = []
    first = 0
    for number, line in enumerate(file.lines, start=1):
        match = _TEXT.fullmatch(line)
        if match and match[2] == "t" and lines:
            yield Row(str(file.path), first, lines)
            lines = []
        if line:
            first = first if lines else number
            lines.append(line)
    if lines:
        yield Row(str(file.path), first, lines)


def _parse(row: Row, notes: Counter[str]) -> QuotedText:
    texts = {"t": "", "a": ""}
    spans: list[QuotedSpan] = []
    for number, line in enumerate(row.value):
        match = _TEXT.fullmatch(line)
        if match and number < len(texts):
            texts[match[2]] = match[3]
            continue
        cells = line.split("\t")
        if len(cells) >= 5 and cells[1].isdecimal() and cells[2].isdecimal():
            spans.append(checked_span(int(cells[1]), int(cells[2]), cells[4], cells[3]))
        elif len(cells) >= 4:
            notes["relations were left out"] += 1
        else:
            raise RecordError("not a PubTator document", f"{line[:60]!r} is neither a text nor an annotation")
    title, abstract = texts["t"], texts["a"]
    # One character stands between them in what the offsets count, and in some data sets none.
    candidates = (f"{title} {abstract}", title + abstract) if abstract else (title,)
    return QuotedText(candidates, tuple(spans), row.file, row.line)


def _write(texts: Sequence[LabelledText], notes: Counter[str]) -> bytes:
    blocks = []
    for number, text in enumerate(texts, start=1):
        title = re.sub(r"[\r\n]", " ", text.text)
        notes["texts got spaces for their line breaks"] += title != text.text
        lines = [f"{number}|t|{title}", f"{number}|a|"]
        for start, end, label in text.entities:
            lines.append(
                "\t".join([str(number), str(start), str(end), re.sub(r"\s", " ", text.text[start:end]), label])
            )
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks).encode()


PUBTATOR = LabelledFormat(
    name="pubtator",
    title="PubTator",
    suffixes=(".pubtator", ".txt"),
    recognize=lambda file: int(_START.match(file.head) is not None),
    read=read_records(_parse, ("characters", "utf-8", "utf-16"), _documents),
    write=_write,
)
