"""brat's standoff: a `.txt` file and an `.ann` file for each document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ....record_error import RecordError
from ....rejections import Rejections
from ...labelled_text import LabelledText
from ...offset_units import QuotedSpan, QuotedText, count_characters
from ..labelled_file import LabelledFile, data_suffix
from ..labelled_format import BYTE_ORDER_MARK, LabelledFormat, checked_span, text_bytes

_SPAN = re.compile(r"(?P<label>.+?) (?P<places>\d+ \d+(?:;\d+ \d+)*)")
_OTHERS = {"R": "relations", "*": "relations", "E": "events", "A": "attributes", "M": "attributes"}
_OTHERS |= {"N": "normalizations", "#": "notes"}


def _pairs(path: Path) -> list[tuple[Path, Path]]:
    """Return the text and the annotation of each document of a folder, or of the one that either file is of."""
    if path.is_dir():
        return [
            pair
            for file in sorted(path.iterdir(), key=_by_number)
            if data_suffix(file) == ".ann"
            for pair in _pairs(file)
        ]
    other = {".ann": ".txt", ".txt": ".ann"}.get(data_suffix(path))
    if other is None or not path.is_file():
        return []
    name = path.name[: path.name.lower().rindex(data_suffix(path))]
    partner = next((file for end in ("", ".gz") if (file := path.with_name(f"{name}{other}{end}")).is_file()), None)
    if partner is None:
        return []
    return [(partner, path) if other == ".txt" else (path, partner)]


def _by_number(path: Path) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", path.name)]


def _read(file: LabelledFile, rejections: Rejections, notes: Counter[str]) -> Iterator[LabelledText]:
    pairs = _pairs(file.path)
    if not pairs:
        raise ValueError(f"{file.path} has no .ann file and .txt file of the same name")
    quoted: list[QuotedText] = []
    for text_path, annotation_path in pairs:
        text = LabelledFile(text_path).text
        try:
            spans = tuple(_spans(LabelledFile(annotation_path), notes))
        except RecordError as error:
            rejections.add(str(annotation_path), 1, error)
            continue
        # Its editors may have taken away a byte-order mark or carriage returns that were counted.
        texts = (text, text.replace("\r\n", "\n"), BYTE_ORDER_MARK + text)
        quoted.append(QuotedText(texts, spans, str(text_path), 1))
    yield from count_characters(quoted, ("characters", "utf-16", "utf-8"), rejections, notes)


def _spans(file: LabelledFile, notes: Counter[str]) -> Iterator[QuotedSpan]:
    for number, line in enumerate(file.lines, start=1):
        if not line.strip():
            continue
        identifier, _, rest = line.partition("\t")
        if not identifier.startswith("T"):
            notes[f"{_OTHERS.get(identifier[:1], 'other lines')} were left out"] += 1
            continue
        kind, _, quote = rest.partition("\t")
        match = _SPAN.fullmatch(kind)
        if match is None:
            raise RecordError("not a labelled text", f"line {number} of {file.path.name} has no type, start and end")
        if ";" in match["places"]:
            notes["spans in several pieces were left out"] += 1
            continue
        start, end = map(int, match["places"].split(" "))
        yield checked_span(start, end, match["label"], quote)


def _write(texts: Sequence[LabelledText], notes: Counter[str]) -> Mapping[str, bytes]:
    files: dict[str, bytes] = {}
    digits = len(str(len(texts)))
    for number, text in enumerate(texts, start=1):
        lines = []
        for place, (start, end, label) in enumerate(text.entities, start=1):
            label_without_spaces = re.sub(r"\s", "_", label)
            notes["labels got underscores for their white space"] += label_without_spaces != label
            quote = re.sub(r"\s", " ", text.text[start:end])
            lines.append(f"T{place}\t{label_without_spaces} {start} {end}\t{quote}\n")
        files[f"{number:0{digits}}.txt"] = text_bytes(text.text)
        files[f"{number:0{digits}}.ann"] = "".join(lines).encode()
    return files


BRAT = LabelledFormat(
    name="brat",
    title="brat standoff",
    suffixes=(".ann", ".txt"),
    recognize=lambda file: len(_pairs(file.path)),
    read=_read,
    write=_write,
    sentence_a_line=True,  # as brat itself shows documents
)
