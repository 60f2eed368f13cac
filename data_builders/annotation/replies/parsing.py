"""Read the entities out of a language model's reply."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from ...raw_entity import SEPARATOR, RawEntity
from .json_forms import JsonForm, find_json

ReplyForm = Literal[JsonForm, "lines"]

MAX_REPLY_CHARACTERS = 200_000
"""A longer reply is refused unread: replies of a model are far below, and repairing costs time."""

_THOUGHTS = "<think>"
_THOUGHTS_END = "</think>"
_LIST_MARK = re.compile(r"^(?:[-*•]|\d+[.)])\s+")


class ReplyError(ValueError):
    """A reply that cannot be read.

    Args:
        reason: Why, in the same words for every reply with this fault, so that faults can be counted.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class ParsedReply:
    """The entities of a reply.

    Args:
        entities: In the order of the reply. None at all is a valid answer.
        form: How they were written: `json` by the contract; JSON in a `fenced` block or in `prose`; JSON that
            had to be `repaired`; `cut` JSON of which the whole entities were kept; `lines` of
            `entity <> concept <> description`.
        unreadable: Items that have no text or no concept, and were left out.
    """

    entities: list[RawEntity]
    form: ReplyForm
    unreadable: int = 0

    def to_json(self) -> str:
        """Return the entities as a reply by the contract, as a store keeps one sentence of a longer reply.

        Example:
            ```python
            >>> parse_reply("Ada <> person").to_json()
            '{"entities": [{"text": "Ada", "concept": "person"}]}'

            ```
        """
        entities = [
            {name: value for name, value in entity._asdict().items() if value is not None} for entity in self.entities
        ]
        return json.dumps({"entities": entities}, ensure_ascii=False)


def parse_reply(reply: str, *, truncated: bool = False) -> ParsedReply:
    """Read a reply about one sentence.

    The contract is `{"entities": [{"text": ..., "concept": ..., "description": ...}]}`. A bare list of entities,
    JSON in fences or in prose, slightly broken JSON and lines of `entity <> concept <> description` are read as
    well; what a reasoning model thought aloud before `</think>` is not. Of a reply that was cut off, the entities
    that are whole are kept, and a half one never.

    Args:
        reply: What the model wrote.
        truncated: Whether it was cut off at the limit of its length (`finish_reason` is `length`).

    Returns:
        The entities; they need not stand in the sentence, see `align`.

    Raises:
        ReplyError: If nothing can be read; its `reason` says why.

    Example:
        ```python
        >>> parse_reply('Sure! {"entities": [{"text": "Ada", "concept": "person",}]}').entities
        [RawEntity(text='Ada', concept='person', description=None)]

        ```
    """
    answer = _answer(reply)
    found = find_json(answer, truncated)
    entity_lists = [items for items in map(_items, found.values) if items is not None]
    if entity_lists:
        try:
            return _parsed([item for items in entity_lists for item in items], found.form)
        except ReplyError as error:
            fault = error
    elif found.form == "cut":
        fault = ReplyError("the reply is cut off before its first whole entity")
    else:
        fault = ReplyError("the JSON has no list of entities" if found.values else "the reply has no JSON")
    lines = _entity_lines(answer, truncated)
    if not lines:
        raise fault
    return _parsed(lines, "lines")


def parse_replies(reply: str, numbers: Collection[int], *, truncated: bool = False) -> dict[int, ParsedReply]:
    """Read a reply about several sentences, `{"results": [{"id": 1, "entities": [...]}, ...]}`.

    Args:
        reply: What the model wrote, in any of the forms of JSON that `parse_reply` reads.
        numbers: The numbers of the sentences that were asked about.
        truncated: Whether it was cut off; only sentences whose result is whole are returned.

    Returns:
        Number of the sentence -> its entities. Sentences without a readable result are absent, and so are those
        with two: they can be asked again.

    Raises:
        ReplyError: If not one result can be read.

    Example:
        ```python
        >>> reply = '{"results": [{"id": 1, "entities": []}, {"id": 2, "entities": [{"te'
        >>> parse_replies(reply, [1, 2])
        {1: ParsedReply(entities=[], form='cut', unreadable=0)}

        ```
    """
    found = find_json(_answer(reply), truncated)
    results = [result for value in found.values for result in _results(value)]
    times = Counter(number for number, _ in results)
    parsed: dict[int, ParsedReply] = {}
    for number, items in results:
        if number in numbers and times[number] == 1:
            try:
                parsed[number] = _parsed(items, found.form)
            except ReplyError:
                continue
    if not parsed:
        raise ReplyError("the reply has no result for any of its sentences")
    return parsed


def _answer(reply: str) -> str:
    """Return the reply without a model's thoughts, or raise if there is no more."""
    answer = reply.removeprefix("\ufeff").strip()
    if not answer.startswith(("{", "[", "`")):
        answer = answer.rpartition(_THOUGHTS_END)[2].lstrip()
    if answer.startswith(_THOUGHTS):
        raise ReplyError("the reply has no more than thoughts")
    if not answer:
        raise ReplyError("the reply is empty")
    if len(answer) > MAX_REPLY_CHARACTERS:
        raise ReplyError(f"the reply is longer than {MAX_REPLY_CHARACTERS:,} characters")
    return answer


def _items(value: Any) -> list[Any] | None:
    """Return the items of a JSON value that holds entities, None of any other."""
    if isinstance(value, dict):
        if isinstance(value.get("entities"), list):
            return value["entities"]
        return [value] if "text" in value and "concept" in value else None
    if isinstance(value, list):
        items = []
        for part in value:  # repairing joins several values to one list
            inner = _items(part) if isinstance(part, dict) else None
            items += [part] if inner is None else inner
        return items
    return None


def _parsed(items: list[Any], form: ReplyForm) -> ParsedReply:
    entities = [entity for entity in map(_entity, items) if entity is not None]
    if items and not entities:
        raise ReplyError("no entity of the reply has a text and a concept")
    return ParsedReply(entities, form, len(items) - len(entities))


def _entity(item: Any) -> RawEntity | None:
    if isinstance(item, str):
        return RawEntity.from_line(item)
    if not isinstance(item, dict):
        return None
    text, concept, description = item.get("text"), item.get("concept"), item.get("description")
    if isinstance(text, (int, float)) and not isinstance(text, bool):  # a year without quotes
        text = str(text)
    if not isinstance(text, str) or not isinstance(concept, str):
        return None
    return RawEntity(text, concept, description if isinstance(description, str) else None)


def _entity_lines(answer: str, truncated: bool) -> list[str]:
    lines = answer.splitlines()
    if truncated:
        del lines[-1]  # nothing tells whether its end is there
    return [_LIST_MARK.sub("", line.strip()) for line in lines if SEPARATOR in line]


def _results(value: Any) -> Iterator[tuple[int, list[Any]]]:
    """Yield number and items of each well-formed result of a reply about several sentences."""
    results = value.get("results") if isinstance(value, dict) else value
    for result in results if isinstance(results, list) else []:
        if not isinstance(result, dict) or not isinstance(result.get("entities"), list):
            continue
        number = result.get("id")
        if isinstance(number, str) and number.isascii() and number.isdigit() and len(number) < 10:
            number = int(number)
        if isinstance(number, int) and not isinstance(number, bool):
            yield number, result["entities"]
