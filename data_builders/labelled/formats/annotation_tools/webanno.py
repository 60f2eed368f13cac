"""WebAnno TSV 3, which INCEpTION writes, too: tokens of sentences, and layers of spans in columns."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ....files.rows import Row
from ...labelled_text import LabelledText
from ...offset_units import QuotedSpan, QuotedText, units_before
from ..cut_words import words_cut_at_entities
from ..labelled_file import LabelledFile
from ..labelled_format import LabelledFormat, checked_span, read_records

_FORMAT = "#FORMAT=WebAnno TSV 3"
_TEXT = "#Text="
_NAMED_ENTITY = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
_HEADER = f"{_FORMAT}.3\n#T_SP={_NAMED_ENTITY}|identifier|value\n\n"
# Layers of spans that no entities are in.
_LINGUISTIC = (".lexmorph.", ".segmentation.", ".morph.", ".syntax.")

_LAYER = re.compile(r"#T_(SP|CH|RL)=(.*)")
_TOKEN = re.compile(r"\d+-\d+(?:\.\d+)?\t(\d+)-(\d+)\t([^\t]*)\t?(.*)", re.DOTALL)
_VALUE = re.compile(r"((?:\\.|[^\\\[])*)(?:\[(\d+)\])?", re.DOTALL)
_STACKED = re.compile(r"(?:\\.|[^\\|])+", re.DOTALL)
_ESCAPED = re.compile(r"\\(->|.)", re.DOTALL)
_RESERVED = re.compile(r"->|[\\\[\]|_;\t\n\r*]")
_NAMES_OF_ESCAPES = {"t": "\t", "n": "\n", "r": "\r"}
_ESCAPES = {character: name for name, character in _NAMES_OF_ESCAPES.items()}


class _Sentence(NamedTuple):
    text: str
    tokens: list[tuple[QuotedSpan, str]]
    """Each with what stands in the column of entity types."""


def _sentences(file: LabelledFile) -> Iterator[Row]:
    if not file.head.startswith(_FORMAT):
        return
    column = _column(file)
    texts: list[str] = []
    tokens: list[tuple[QuotedSpan, str]] = []
    first = begin = 0
    for number, line in enumerate([*file.lines, ""], start=1):
        if texts and (not line or (tokens and line.startswith(_TEXT))):
            text = "\n".join(texts)
            begin = _begin(text, [span for span, _ in tokens], begin)
            moved = [(span._replace(start=span.start - begin, end=span.end - begin), cell) for span, cell in tokens]
            yield Row(str(file.path), first, _Sentence(text, moved))
            begin += units_before(text, "utf-16")[-1] + 1
            texts, tokens = [], []
        if line.startswith(_TEXT):
            first = first if texts else number
            texts.append(_unescape(line.removeprefix(_TEXT)))
        elif match := _TOKEN.fullmatch(line):
            cells = match[4].split("\t")
            span = QuotedSpan(int(match[1]), int(match[2]), None, _unescape(match[3]))
            tokens.append((span, cells[column] if column < len(cells) else "_"))


def _begin(text: str, tokens: Sequence[QuotedSpan], expected: int) -> int:
    """Return where a sentence begins in its document: a character behind the last one, or where its tokens fit."""
    if not tokens or not tokens[0].quote:
        return expected
    units = units_before(text, "utf-16")
    place = {before: index for index, before in enumerate(units)}

    def fits(begin: int) -> bool:
        return all(
            text[place.get(start - begin, 0) : place.get(end - begin, 0)] == quote for start, end, _, quote in tokens
        )

    occurrences = [match.start() for match in re.finditer(f"(?={re.escape(tokens[0].quote)})", text)]
    candidates = [expected, *(tokens[0].start - units[occurrence] for occurrence in occurrences)]
    return next(filter(fits, candidates), candidates[-1] if not occurrences else candidates[1])


def _column(file: LabelledFile) -> int:
    """Return the number of the column of entity types, from 0 behind the token."""
    columns: dict[str, int] = {}
    width = 0
    for line in file.lines:
        if match := _LAYER.fullmatch(line):
            layer, *features = match[2].split("|")
            if match[1] == "SP" and features:
                columns[layer] = width + (features.index("value") if "value" in features else 0)
            width += max(1, len(features))
    if _NAMED_ENTITY in columns:
        return columns[_NAMED_ENTITY]
    others = [layer for layer in columns if not any(part in layer for part in _LINGUISTIC)]
    if len(others) != 1:
        raise ValueError(
            f"{file.path} has no layer of named entities, and its span layers ({', '.join(columns) or 'none'}) "
            "do not tell which one is meant"
        )
    return columns[others[0]]


def _parse(row: Row, notes: Counter[str]) -> QuotedText:
    sentence: _Sentence = row.value
    alone: list[QuotedSpan] = []
    in_pieces: defaultdict[tuple[str, str], list[QuotedSpan]] = defaultdict(list)
    for token, cell in sentence.tokens:
        for stacked in _STACKED.findall(cell):
            parts = _VALUE.fullmatch(stacked)
            if stacked == "_" or parts is None:
                continue
            if parts[1] == "*":
                notes["annotations without a type were left out"] += 1
                continue
            label = _unescape(parts[1])
            if parts[2]:
                in_pieces[parts[2], label].append(token)
            else:
                alone.append(checked_span(token.start, token.end, label))
    spans = alone + [
        checked_span(min(piece.start for piece in pieces), max(piece.end for piece in pieces), label)
        for (_, label), pieces in sorted(in_pieces.items(), key=lambda item: int(item[0][0]))
    ]
    spans.sort(key=lambda span: span.start)
    return QuotedText((sentence.text,), (*spans, *(token for token, _ in sentence.tokens)), row.file, row.line)


def _unescape(text: str) -> str:
    return _ESCAPED.sub(lambda match: _NAMES_OF_ESCAPES.get(match[1], match[1]), text)


def _escape(text: str) -> str:
    return _RESERVED.sub(lambda match: f"\\{_ESCAPES.get(match[0], match[0])}", text)


def _write(texts: Sequence[LabelledText], notes: Counter[str]) -> bytes:
    blocks = [_HEADER]
    begin = identifier = 0
    for number, text in enumerate(texts, start=1):
        units = units_before(text.text, "utf-16")
        words = words_cut_at_entities(text)
        starts = [word.start for word in words]
        values: list[list[str]] = [[] for _ in words]
        for start, end, label in text.entities:
            identifier += 1
            for place in range(bisect_left(starts, start), bisect_left(starts, end)):
                values[place].append(f"{_escape(label)}[{identifier}]")
        lines = [f"{_TEXT}{_escape(text.text)}"]
        for place, (word, stacked) in enumerate(zip(words, values, strict=True), start=1):
            where = f"{number}-{place}\t{begin + units[word.start]}-{begin + units[word.end]}"
            empty = "|".join(value[value.rindex("[") :].join(("*", "")) for value in stacked) or "_"
            lines.append(f"{where}\t{_escape(word.text)}\t{empty}\t{'|'.join(stacked) or '_'}\t")
        begin += units[-1] + 1
        blocks.append("\n" + "\n".join(lines) + "\n")
    return "".join(blocks).encode()


WEBANNO = LabelledFormat(
    name="webanno",
    title="WebAnno TSV 3",
    suffixes=(".tsv",),
    recognize=lambda file: int(file.head.startswith(_FORMAT)),
    read=read_records(_parse, ("utf-16", "characters"), _sentences),
    write=_write,
)
