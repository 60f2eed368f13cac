"""Read the entities out of a language model's reply."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any, Literal

from ...raw_entity import SEPARATOR, EitherWay, RawEntity
from ...surrogates import without_lone_surrogates
from .answers import last_answer
from .entity_keys import MARKS, plain_name
from .entity_values import FoundEntities, entities_in
from .envelopes import words_in
from .forms.json_forms import JsonForm, JsonPiece, find_json, whole_json
from .forms.latex import without_latex
from .forms.lines import contract_lines, marked_lines, one_a_line, takes_back, without_list_mark
from .forms.outlines import outline_value
from .forms.tables import is_header_alone, table_entities
from .forms.tagged_text import tagged_entities, without_layout
from .no_entities import says_nothing
from .thoughts import without_thoughts

ReplyForm = Literal[JsonForm, "lines", "table", "tags", "outline", "words"]

MAX_REPLY_CHARACTERS = 200_000
"""A longer reply is refused unread: replies of a model are far below."""

_MOST_WRAPPINGS = 3
# Entity(text="Genoa", concept="city"), add("Genoa", "city")
_CALL = re.compile(r"""\b[A-Za-z]\w{0,40}\((?=\w{1,40}\s?=|["'][^"'\n]{1,100}["'],)""")
_STRUCK = re.compile(r"~~[^~\n]{1,300}~~")
_LAST_LINES = 10
_FULL_WIDTH = str.maketrans("\uff5b\uff5d\uff3b\uff3d\uff02", '{}[]"')
_QUOTED = re.compile(r'[{\[,:]\s*"')
_MOST_LINES = 1000  # of an answer that is not JSON
_MOST_ENTITIES = 3000
_JSON_BEGINS = re.compile(r"[\[{]\s*[\[{\"]")
_LONGEST_LINE = 1000  # a longer one holds no entity


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
            `entity <> concept <> description` or with other marks; a `table`; `tags`; an `outline` such as YAML; and
            `words` that say that there are none.
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
        return json.dumps({"entities": [_item(entity) for entity in self.entities]}, ensure_ascii=False)


def parse_reply(reply: str, *, truncated: bool = False) -> ParsedReply:
    """Read a reply about one sentence.

    The contract is `{"entities": [{"text": ..., "concept": ..., "description": ...}]}`. Other shapes of JSON, whole
    or slightly broken, alone or in prose, lines of `entity <> concept <> description` or with other marks, tables,
    tags and YAML are read as well. Left out is what a reasoning model thinks aloud; of a draft and its correction the
    last whole one counts; words that say that there are no entities are an answer without any. Of a reply that was
    cut off, the entities that are whole are kept, and a half one never. It takes time in proportion to the reply.

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
    answer, value = answer_in(reply)
    if value is not None:
        return _parsed(entities_in(value[0]), "json")
    pieces = find_json(answer, truncated)
    found, unreadable = last_answer(answer, pieces)
    if found is not None and (found.found.entities or found.form != "cut"):
        if found.ends < len(answer) and takes_back(answer[found.ends :][-_LONGEST_LINE:].splitlines()):
            return ParsedReply([], "words")
        return _parsed(found.found, found.form)
    is_cut = any(piece.form == "cut" for piece in pieces)
    # What stands in a string of JSON, such as brackets, is no form of its own.
    in_words = None if truncated and is_cut and _JSON_BEGINS.match(answer) else _in_words(answer, truncated)
    if in_words is not None:
        return in_words
    if is_cut:
        raise ReplyError("the reply is cut off before its first whole entity")
    if unreadable is not None:
        return _parsed(unreadable, "prose")
    raise ReplyError("the reply has no JSON")


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
    answer, value = answer_in(reply)
    pieces = [JsonPiece(value[0], len(answer), "json")] if value else find_json(answer, truncated)
    found: list[tuple[int, list[Any]]] = []
    form: JsonForm = "prose"
    for piece in pieces:
        if some := list(_results(piece.value)):  # of a draft and its correction, the last one
            found, form = some, piece.form
    times = Counter(number for number, _ in found)
    parsed: dict[int, ParsedReply] = {}
    for number, items in found:
        if number in numbers and times[number] == 1:
            try:
                parsed[number] = _parsed(entities_in(items), form)
            except ReplyError:
                continue
    if not parsed:
        raise ReplyError("the reply has no result for any of its sentences")
    return parsed


def answer_in(reply: str) -> tuple[str, tuple[Any] | None]:
    """Find what counts of a reply.

    Args:
        reply: What the model wrote.

    Returns:
        The reply without a model's thoughts and wrappings, and its value in a tuple where it is JSON.

    Raises:
        ReplyError: If there is nothing but thoughts, or far too much.
    """
    if len(reply) > MAX_REPLY_CHARACTERS:
        raise ReplyError(f"the reply is longer than {MAX_REPLY_CHARACTERS:,} characters")
    answer = without_lone_surrogates(reply.removeprefix("\ufeff").strip())
    value = whole_json(answer)
    for _ in range(_MOST_WRAPPINGS):
        if value is None:
            break
        words = value[0] if isinstance(value[0], str) else words_in(value[0])
        if words is None:
            return answer, value
        # JSON that was written into a string
        answer = words.strip()
        value = whole_json(answer)
    if not answer.strip():
        if reply.strip():
            return answer, ([],)  # a string of nothing
        raise ReplyError("the reply is empty")
    answer = without_thoughts(answer)
    if not answer:
        raise ReplyError("the reply has no more than thoughts")
    if '{\\"' in answer and not _QUOTED.search(answer):
        answer = answer.replace('\\"', '"').replace("\\n", "\n")  # JSON without the string that it was written into
    elif ('"' not in answer and "&quot;" in answer) or ("<" not in answer and "&lt;" in answer):
        answer = unescape(answer)
    if "{" not in answer and "\uff5b" in answer:
        answer = answer.translate(_FULL_WIDTH)
    answer = _CALL.sub("(", answer)
    return answer, whole_json(answer)


def _parsed(found: FoundEntities, form: ReplyForm) -> ParsedReply:
    if len(found.entities) > _MOST_ENTITIES:
        raise ReplyError(f"the reply has more than {_MOST_ENTITIES:,} entities")
    guessed = [entity for entity in found.entities if isinstance(entity, EitherWay)]
    wrong = [entity for entity in guessed if any(plain_name(side) in MARKS for side in entity[:2] if side)]
    if wrong:
        found.entities = [entity for entity in found.entities if entity not in wrong]
        found.unreadable += len(wrong)
    if found.kind == "unreadable" or (wrong and not found.entities):
        raise ReplyError(
            "no entity of the reply has a text and a concept" if found.is_list else "the JSON has no list of entities"
        )
    return ParsedReply(found.entities, form, found.unreadable)


def _in_words(answer: str, truncated: bool) -> ParsedReply | None:
    """Read an answer that is not JSON."""
    tagged = answer = without_latex(answer)
    if says_nothing(answer):
        return ParsedReply([], "words")
    answer = _STRUCK.sub("", answer) if "~~" in answer else answer
    answer = without_layout(answer).replace("< >", SEPARATOR) if "<" in answer else answer
    lines = answer.splitlines()
    if len(lines) > _MOST_LINES:
        raise ReplyError(f"the reply has more than {_MOST_LINES:,} lines")
    if takes_back(lines[-_LAST_LINES:]):
        return ParsedReply([], "words")
    if truncated and lines:
        del lines[-1]  # nothing tells whether its end is there
    lines = one_a_line([line for line in lines if len(line) <= _LONGEST_LINE])
    if contract := contract_lines(lines):
        entities = [_of_line(line) for line in contract]
        found = FoundEntities("answer", [entity for entity in entities if entity is not None])
        found.unreadable = len(entities) - len(found.entities)
        if not found.entities:
            raise ReplyError("no entity of the reply has a text and a concept")
        return _parsed(found, "lines")
    if not truncated and is_header_alone(lines):
        return ParsedReply([], "table")
    if entities := tagged_entities(tagged):
        return _parsed(FoundEntities("answer", entities), "tags")
    if entities := table_entities(lines):
        return _parsed(FoundEntities("answer", entities), "table")
    outline = entities_in(outline_value(lines))
    if outline.entities:
        return _parsed(outline, "outline")
    if entities := marked_lines(lines):
        return _parsed(FoundEntities("answer", entities), "lines")
    return None


def _of_line(line: str) -> RawEntity | None:
    entity = RawEntity.from_line(without_list_mark(line))
    is_prose = entity is not None and line.count(SEPARATOR) > 2 and len(entity.concept.split()) > 3
    return None if is_prose else entity


def _results(value: Any) -> Iterator[tuple[int, Any]]:
    """Yield number and items of each well-formed result of a reply about several sentences."""
    results = value.get("results") if isinstance(value, dict) else value
    for result in results if isinstance(results, list) else []:
        if not isinstance(result, dict) or "entities" not in result:
            continue
        number = result.get("id")
        if isinstance(number, str) and number.isascii() and number.isdigit() and len(number) < 10:
            number = int(number)
        if isinstance(number, int) and not isinstance(number, bool):
            yield number, result["entities"]


def _item(entity: RawEntity) -> dict[str, str] | list[str]:
    """Return an entity as an item of a reply; a pair says that either side may be the text."""
    if isinstance(entity, EitherWay):
        return [side for side in entity if side is not None]
    return {name: value for name, value in entity._asdict().items() if value is not None}
