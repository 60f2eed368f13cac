"""UniversalNER's training conversations: all types are asked for, and each answer is a list of texts (A.4)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from ...files.rows import Row
from ...locating import locate
from ...type_conversation import QUESTION, SPEAKERS, TEXT_PREFIX, answer_of, turns_about, turns_of
from ..labelled_text import LabelledText, TextEntity
from .labelled_format import LabelledFormat, json_lines, read_records, recognize_records

_FIELD = "conversations"
_ELSEWHERE = "entities will be read at other places where their texts stand too"
_INSIDE_A_WORD = "entities that begin or end inside a word will not be read"
_NOT_THERE = "texts of answers do not stand in their text and were left out"


def _looks_alike(record: Any) -> bool:
    return isinstance(record, dict) and isinstance(record.get(_FIELD), list)


def _parse(row: Row, notes: Counter[str]) -> LabelledText:
    if not isinstance(row.value, dict):
        raise ValueError(f"a record must be a JSON object, not {type(row.value).__name__}")
    turns = turns_of(row.value.get(_FIELD))
    text = turns[0].lstrip().removeprefix(TEXT_PREFIX).removeprefix(" ")
    entities: dict[TextEntity, None] = {}
    for question, answer in zip(turns[2::2], turns[3::2], strict=True):
        asked = QUESTION.fullmatch(question)
        if asked is None:
            raise ValueError(f"the question {question[:80]!r} is not 'What describes ... in the text?'")
        for mention in _mentions(answer):
            places = locate(mention, text)
            notes[_NOT_THERE] += not places
            entities.update({TextEntity(start, end, asked["type"]): None for start, end in places})
    return LabelledText(text, tuple(entities), row.file, row.line)


def _mentions(answer: str) -> list[str]:
    try:
        mentions = json.loads(answer)
    except (ValueError, RecursionError):
        mentions = None
    if not isinstance(mentions, list) or not all(isinstance(mention, str) for mention in mentions):
        raise ValueError(f"the answer {answer[:80]!r} is not a JSON list of strings")
    return mentions


def _write(texts: Sequence[LabelledText], notes: Counter[str]) -> bytes:
    types = sorted({entity.label for text in texts for entity in text.entities})
    return json_lines(
        {"id": str(number), _FIELD: _conversation(text, types, notes)} for number, text in enumerate(texts)
    )


def _conversation(text: LabelledText, types: Sequence[str], notes: Counter[str]) -> list[dict[str, str]]:
    mentions: dict[str, list[str]] = {name: [] for name in types}
    for start, end, label in sorted(text.entities):
        mentions[label].append(text.text[start:end])
    read = {
        TextEntity(start, end, name)
        for name, found in mentions.items()
        for mention in {*found}
        for start, end in locate(mention, text.text)
    }
    notes[_ELSEWHERE] += len(read.difference(text.entities))
    notes[_INSIDE_A_WORD] += len({*text.entities} - read)
    turns = turns_about(text.text, ((name, answer_of(found)) for name, found in mentions.items()))
    return [{"from": SPEAKERS[place % 2], "value": turn} for place, turn in enumerate(turns)]


CONVERSATIONS = LabelledFormat(
    name="conversations",
    title="UniversalNER conversations",
    suffixes=(".jsonl", ".json"),
    recognize=recognize_records(_looks_alike),
    read=read_records(_parse),
    write=_write,
)
