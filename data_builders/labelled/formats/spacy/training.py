"""Training data of spaCy v2: pairs of a text and its entities, which NER Annotator exports too, or tagged tokens."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from ....files.rows import Row
from ...labelled_text import LabelledText
from ...offset_units import QuotedText
from ...sentence import LabelledSentence
from ..labelled_file import LabelledFile
from ..labelled_format import LabelledFormat, checked_span, json_array, read_records, recognize_records


def _is_pair(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], str)
        and isinstance(value[1], dict)
        and isinstance(value[1].get("entities"), list)
    )


def _sentences(file: LabelledFile) -> Iterator[Row]:
    """Yield the records; of those in the form of spaCy v2's `convert`, the sentences of their paragraphs."""
    for row in file.json_rows:
        if not isinstance(row.value, dict) or not isinstance(row.value.get("paragraphs"), list):
            yield row
            continue
        for paragraph in row.value["paragraphs"]:
            sentences = paragraph.get("sentences") if isinstance(paragraph, dict) else None
            for sentence in sentences if isinstance(sentences, list) else [paragraph]:
                yield Row(row.file, row.line, sentence)


def _is_record(value: Any) -> bool:
    return _is_pair(value) or _is_document(value) or _is_sentence(value)


def _is_document(value: Any) -> bool:
    """Tell whether a value is what `Doc.to_json` returns."""
    return isinstance(value, dict) and isinstance(value.get("text"), str) and isinstance(value.get("ents"), list)


def _is_sentence(value: Any) -> bool:
    tokens = value.get("tokens") if isinstance(value, dict) else None
    return isinstance(tokens, list) and bool(tokens) and all(map(_is_token, tokens))


def _is_token(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("orth"), str) and isinstance(value.get("ner", "-"), str)


def _parse_record(row: Row, notes: Counter[str]) -> QuotedText | LabelledSentence:
    if _is_document(row.value):
        entities = row.value["ents"]
        if not all(isinstance(entity, dict) for entity in entities):
            raise ValueError("an entity must be an object")
        spans = (checked_span(entity.get("start"), entity.get("end"), entity.get("label")) for entity in entities)
        return QuotedText((row.value["text"],), tuple(spans), row.file, row.line)
    if not _is_sentence(row.value):
        return _parse_pair(row, notes)
    tokens = row.value["tokens"]
    tags = [token.get("ner", "-") for token in tokens]
    # A hyphen stands for a token that was not annotated.
    notes["tokens without an annotation were taken as outside"] += tags.count("-")
    words = [token["orth"] for token in tokens]
    return LabelledSentence(words, ["O" if tag == "-" else tag for tag in tags], None, row.file, row.line)


def _parse_pair(row: Row, notes: Counter[str]) -> QuotedText:
    if not _is_pair(row.value):
        raise ValueError("a record must be a list of a text and an object with entities")
    text, labels = row.value
    entities = labels["entities"]
    if not all(isinstance(entity, list) and len(entity) == 3 for entity in entities):
        raise ValueError("an entity must be a list of start, end and type")
    return QuotedText((text,), tuple(checked_span(*entity) for entity in entities), row.file, row.line)


def _pair(text: LabelledText) -> list[Any]:
    return [text.text, {"entities": [list(entity) for entity in text.entities]}]


def _write_pairs(texts: Sequence[LabelledText], notes: Counter[str]) -> bytes:
    return json_array(map(_pair, texts))


SPACY_TRAINING = LabelledFormat(
    name="spacy-json",
    title="spaCy v2 training data",
    suffixes=(".json", ".jsonl"),
    recognize=recognize_records(_is_record, _sentences),
    read=read_records(_parse_record, records=_sentences),
    write=_write_pairs,
)


def _annotations(file: LabelledFile) -> Iterator[Row]:
    for row in file.json_rows:
        annotations = row.value.get("annotations") if isinstance(row.value, dict) else None
        if isinstance(annotations, list) and "classes" in row.value:
            # Null stands for a text that was not annotated.
            yield from (Row(row.file, n, pair) for n, pair in enumerate(annotations, start=1) if pair is not None)


def _write_annotations(texts: Sequence[LabelledText], notes: Counter[str]) -> bytes:
    classes = list(dict.fromkeys(entity.label for text in texts for entity in text.entities))
    content = {"classes": classes, "annotations": list(map(_pair, texts))}
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "backslashreplace")


NER_ANNOTATOR = LabelledFormat(
    name="ner-annotator",
    title="NER Annotator JSON",
    suffixes=(".json",),
    recognize=recognize_records(_is_pair, _annotations),
    read=read_records(_parse_pair, records=_annotations),
    write=_write_annotations,
)
