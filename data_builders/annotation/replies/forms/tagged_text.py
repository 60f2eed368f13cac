"""Read entities out of tags: `<entity type="city">Genoa</entity>`, `<city>Genoa</city>`, tables of HTML."""

from __future__ import annotations

import re
from html import unescape
from typing import NamedTuple

from ....raw_entity import EitherWay, RawEntity
from ..entity_keys import CONCEPT, DESCRIPTION, HOLDERS, TEXT, names_a_part, part, plain_name
from .tables import table_entities

_TAG = re.compile(r"<([^<>]{1,500})>")
_ATTRIBUTE = re.compile(r"""(?<![\w:.-])([\w:.-]{1,40})\s?=\s?(?:"([^"]*)"|'([^']*)')""")
_LINK = re.compile(r"\[([^\[\]\n]{1,100})\]\(([^()\n]{1,60})\)")
_TABLE = {"table", "thead", "tbody"}
_LAYOUT = {
    "html", "body", "p", "div", "span", "b", "i", "em", "strong", "code", "pre", "br", "ul", "ol", "li", "table",
    "thead", "tbody", "a", "answer", "output", "result", "results", "response", "sentence", "xml", "json", "root",
    "document", "final", "finalanswer",
}  # fmt: skip


class _Element(NamedTuple):
    name: str
    attributes: dict[str, str]
    start: int
    fields: dict[str, str]


def tagged_entities(answer: str) -> list[RawEntity]:
    """Read the entities of an answer in tags.

    Args:
        answer: What the model wrote.

    Example:
        ```python
        >>> tagged_entities('<entity type="city">Genoa</entity>')
        [RawEntity(text='Genoa', concept='city', description=None)]

        ```
    """
    if "<" not in answer:
        return _linked(answer)
    if "</t" in answer.lower() and "<tr" in answer.lower():
        return table_entities(_rows_as_lines(answer))
    entities: list[RawEntity] = []
    stack: list[_Element] = []
    for tag in _TAG.finditer(answer):
        inner = tag[1].strip()
        if inner.startswith(("!", "?")) or not inner.strip("/"):
            continue
        if inner.startswith("/"):
            name = plain_name(inner[1:])
            if stack and stack[-1].name == name:
                element = stack.pop()
                content = unescape(answer[element.start : tag.start()]).strip()
                entities += _closed(element, content, stack)
            continue
        head, _, _ = inner.partition(" ")
        attributes = {plain_name(name): unescape(a or b) for name, a, b in _ATTRIBUTE.findall(inner)}
        element = _Element(plain_name(head.strip("/")), attributes, tag.end(), {"": head.strip("/")})
        if inner.endswith("/"):
            entities += _closed(element, "", stack)
        elif element.name not in ("br", "hr"):
            stack.append(element)
            del stack[:-32]
    return entities or _linked(answer)


def without_layout(answer: str) -> str:
    """Return an answer without the tags that tell nothing about its entities, an item of a list on each line."""
    return _TAG.sub(_layout, answer)


def _layout(tag: re.Match[str]) -> str:
    name = plain_name(tag[1].partition(" ")[0])
    if name not in _LAYOUT or name in _TABLE:
        return tag.group()
    return "\n" if name in ("li", "br", "p", "div") else ""


def _linked(answer: str) -> list[RawEntity]:
    """Read `[Genoa](city)`."""
    return [EitherWay(*sides) for sides in _LINK.findall(answer) if "/" not in sides[1]]


def _closed(element: _Element, content: str, around: list[_Element]) -> list[RawEntity]:
    """Return the entity that an element is, if it is one."""
    name = element.name
    values = {**element.attributes, **{key: value for key, value in element.fields.items() if key}}
    if name in _LAYOUT and not values:
        return []
    in_entity = name != "entity" or (around and around[-1].name not in HOLDERS and around[-1].name not in _LAYOUT)
    if around and names_a_part(name) and not values and in_entity:
        around[-1].fields.setdefault(name, content)
        return []
    concept = part(values, CONCEPT)
    text = part(values, TEXT, concept)
    description = part(values, DESCRIPTION)
    said = values[description] if description else None
    if text is None and concept is not None and content and "<" not in content:
        return [RawEntity(content, values[concept], said)]
    if text is not None and (concept := part(values, CONCEPT, text)) is not None:
        return [RawEntity(values[text], values[concept], said)]
    if text is not None and name not in HOLDERS and name not in ("entity", "item"):
        return [EitherWay(values[text], element.fields[""].replace("_", " "), said)]
    if content and "<" not in content and name not in HOLDERS and not values:
        return [EitherWay(content, element.fields[""].replace("_", " "))]
    return []


def _rows_as_lines(answer: str) -> list[str]:
    """Write the rows of a table of HTML as lines with bars."""
    lines = re.split(r"</tr>", answer, flags=re.IGNORECASE)
    return [
        "| " + " | ".join(unescape(_TAG.sub("", cell)).replace("|", "\\|").strip() for cell in _cells_of(line)) + " |"
        for line in lines
        if "<t" in line.lower()
    ]


def _cells_of(row: str) -> list[str]:
    row = row[row.lower().rfind("<tr") :]
    return re.split(r"</t[dh]>", row, flags=re.IGNORECASE)[:-1]
