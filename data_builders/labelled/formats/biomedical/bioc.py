"""BioC, in XML and in JSON: documents of passages with annotations."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from ....files.rows import Row
from ....record_error import RecordError
from ....rejections import Rejections
from ...labelled_text import LabelledText, TextEntity
from ...offset_units import QuotedSpan, QuotedText, count_characters
from ..labelled_file import LabelledFile
from ..labelled_format import LabelledFormat, Reader, checked_list, checked_span, recognize_records

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _json_documents(file: LabelledFile) -> Iterator[Row]:
    """Yield the documents of a collection, of what wraps them, or of a list of them."""
    number = 0
    for row in file.json_rows:
        value = row.value
        lists = [value.get("documents"), *value.values(), [value]] if isinstance(value, dict) else []
        for document in next(
            (items for items in lists if isinstance(items, list) and any(map(_is_document, items))), []
        ):
            number += 1
            yield Row(row.file, number, document)


def _is_document(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("passages"), list)


def _xml_documents(file: LabelledFile) -> Iterator[Row]:
    if not re.match(r"\s*<", file.head) or "<collection" not in file.head:
        return
    try:
        root = ElementTree.fromstring(file.data)
    except ElementTree.ParseError as error:
        raise ValueError(f"{file.path} is not valid XML ({error})") from None
    for number, document in enumerate(root.iter("document"), start=1):
        yield Row(str(file.path), number, _from_xml(document))


def _from_xml(element: ElementTree.Element) -> dict[str, Any]:
    """Return an element of BioC XML as BioC JSON has it."""
    value: dict[str, Any] = {"infons": {infon.get("key"): infon.text or "" for infon in element.findall("infon")}}
    for name in ("passage", "sentence", "annotation", "relation"):
        value[f"{name}s"] = [_from_xml(child) for child in element.findall(name)]
    value["locations"] = [
        {key: _whole(place.get(key)) for key in ("offset", "length")} for place in element.findall("location")
    ]
    if (text := element.find("text")) is not None:
        value["text"] = text.text or ""
    if (offset := element.find("offset")) is not None:
        value["offset"] = _whole(offset.text)
    return value


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.strip().isdecimal() else None


def _reader(documents: Any) -> Reader:
    def read(file: LabelledFile, rejections: Rejections, notes: Counter[str]) -> Iterator[LabelledText]:
        passages: list[QuotedText] = []
        for row in documents(file):
            try:
                passages += _passages(row, notes)
            except ValueError as error:
                rejections.add(row.file, row.line, RecordError("not a BioC document", str(error)))
        found = count_characters(passages, ("characters", "utf-8", "utf-16"), rejections, notes)
        for _, parts in groupby(found, key=lambda text: text.line):
            yield _joined(list(parts))

    return read


def _passages(row: Row, notes: Counter[str]) -> Iterator[QuotedText]:
    """Yield the passages of a document, or the sentences of one that has no text of its own."""
    for passage in checked_list(row.value, "passages"):
        sentences = checked_list(passage, "sentences")
        notes["relations were left out"] += len(checked_list(passage, "relations"))
        if isinstance(passage.get("text"), str):
            annotations = [item for part in (passage, *sentences) for item in checked_list(part, "annotations")]
            yield _quoted(row, passage, annotations, notes)
        else:
            yield from (_quoted(row, part, checked_list(part, "annotations"), notes) for part in sentences)
    notes["relations were left out"] += len(checked_list(row.value, "relations"))


def _quoted(row: Row, part: Any, annotations: Iterable[Any], notes: Counter[str]) -> QuotedText:
    offset, text = _field(part, "offset"), _field(part, "text")
    if type(offset) is not int or not isinstance(text, str):
        raise ValueError("a passage needs a text and its offset")
    spans: list[QuotedSpan] = []
    for annotation in annotations:
        label = _field(_field(annotation, "infons"), "type")
        locations = checked_list(annotation, "locations")
        if len(locations) != 1:
            notes["spans in several pieces were left out"] += 1
            continue
        start, length = _field(locations[0], "offset"), _field(locations[0], "length")
        if type(start) is not int or type(length) is not int:
            raise ValueError("a location needs whole numbers for offset and length")
        spans.append(checked_span(start - offset, start - offset + length, label, _field(annotation, "text")))
    return QuotedText((text,), tuple(spans), row.file, row.line)


def _field(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _joined(parts: list[LabelledText]) -> LabelledText:
    """Join the passages of a document, with a space between each two, as PubTator joins title and abstract."""
    entities: list[TextEntity] = []
    shift = 0
    for part in parts:
        entities += (TextEntity(start + shift, end + shift, label) for start, end, label in part.entities)
        shift += len(part.text) + 1
    return LabelledText(" ".join(part.text for part in parts), tuple(entities), parts[0].file, parts[0].line)


def _document(number: int, text: LabelledText) -> dict[str, Any]:
    annotations = [
        {
            "id": str(place),
            "infons": {"type": label},
            "text": text.text[start:end],
            "locations": [{"offset": start, "length": end - start}],
        }
        for place, (start, end, label) in enumerate(text.entities, start=1)
    ]
    return {
        "id": str(number),
        "infons": {},
        "passages": [{"offset": 0, "infons": {}, "text": text.text, "annotations": annotations}],
    }


def _write_json(texts: Sequence[LabelledText], notes: Counter[str]) -> bytes:
    documents = [_document(number, text) for number, text in enumerate(texts, start=1)]
    content = {"source": "", "date": "", "key": "", "infons": {}, "documents": documents}
    return json.dumps(content, ensure_ascii=False).encode()


def _write_xml(texts: Sequence[LabelledText], notes: Counter[str]) -> bytes:
    def shown(text: str) -> str:
        return escape(_NOT_IN_XML.sub("\ufffd", text), {"\r": "&#13;"})

    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<collection><source></source><date></date><key></key>"]
    for number, text in enumerate(texts, start=1):
        notes["characters that XML does not have were replaced by U+FFFD"] += len(_NOT_IN_XML.findall(text.text))
        lines.append(f"<document><id>{number}</id><passage><offset>0</offset><text>{shown(text.text)}</text>")
        for place, (start, end, label) in enumerate(text.entities, start=1):
            location = f'<location offset="{start}" length="{end - start}"/>'
            type_and_text = (
                f'<infon key="type">{shown(label)}</infon>{location}<text>{shown(text.text[start:end])}</text>'
            )
            lines.append(f'<annotation id="{place}">{type_and_text}</annotation>')
        lines.append("</passage></document>")
    return "\n".join([*lines, "</collection>", ""]).encode()


BIOC = LabelledFormat(
    name="bioc",
    title="BioC XML",
    suffixes=(".xml",),
    recognize=recognize_records(_is_document, _xml_documents),
    read=_reader(_xml_documents),
    write=_write_xml,
)

BIOC_JSON = LabelledFormat(
    name="bioc-json",
    title="BioC JSON",
    suffixes=(".json",),
    recognize=recognize_records(_is_document, _json_documents),
    read=_reader(_json_documents),
    write=_write_json,
)
