"""Read entities out of tags: `<entity type="city">Genoa</entity>`, `<city>Genoa</city>`, tables of HTML."""

from __future__ import annotations

import re
from html import unescape
from itertools import islice
from typing import NamedTuple

from ....raw_entity import EitherWay, RawEntity
from ..entity_keys import CONCEPT, DESCRIPTION, HOLDERS, MARKS, TEXT, names_a_part, part, plain_name
from .tables import table_entities

_TAG = re.compile(r"<([^<>]{1,500})>")
_ATTRIBUTE = re.compile(r"""(?<![\w:.-])([\w:.-]{1,40})\s?=\s?(?:"([^"]*)"|'([^']*)')""")
_LINK = re.compile(r"\[(?P<text>[^\[\]\n]{1,100})\][({](?P<concept>[^(){}\n]{1,60})[)}]")
_BOLD = re.compile(r"\*\*(?P<text>[^*\n]{1,100})\*\*[ ]?[(\[](?P<concept>[^()\[\]\n]{1,60})[)\]]")
_BRACKETS_AS_TAGS = re.compile(r"\[(?P<concept>[^\[\]/\n]{1,60})\](?P<text>[^\[\]\n]{1,100})\[/(?P=concept)\]")
_BRACKETED = re.compile(
    r"[\[{](?P<text>[^\[\]{}|:\"'\n]{1,100}?)(?:[|:]| (?=\())\(?(?P<concept>[^\[\]{}|:()\"'\n]{1,60})\)?[\]}]"
)
_MOST_LINKS = 2000
_DEEPEST = 32
_TABLE = {"table", "thead", "tbody"}
_LAYOUT = {
    "html", "body", "p", "div", "span", "b", "i", "em", "strong", "code", "pre", "br", "ul", "ol", "li", "table",
    "thead", "tbody", "a", "answer", "output", "result", "results", "response", "sentence", "xml", "json", "root",
    "document", "final", "finalanswer", "h1", "h2", "h3", "h4", "h5", "h6", "dl", "dt", "dd", "tr", "td", "th",
    "section", "article", "header", "footer", "main", "mark", "u", "s", "sub", "sup", "small", "font", "center",
    "blockquote", "hr", "details", "summary", "head",
}  # fmt: skip


_AS_LINES = {
    "li": "\n- ", "br": "\n", "p": "\n", "div": "\n", "dt": "\n", "dd": "\n: ", "b": "**", "strong": "**",
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "\n### "),
}  # fmt: skip
_STRONG = {"b", "strong"}


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
    root = _Element("", {}, 0, {})
    stack: list[_Element] = [root]
    for tag in _TAG.finditer(answer):
        inner = tag[1].strip()
        if inner.startswith(("!", "?")) or not inner.strip("/"):
            continue
        if inner.startswith("/"):
            name = plain_name(inner[1:].rpartition(":")[2])
            if len(stack) > 1 and stack[-1].name == name:
                element = stack.pop()
                content = unescape(answer[element.start : tag.start()]).strip()
                entities += _closed(element, content, stack)
            continue
        head, _, _ = inner.partition(" ")
        attributes = {plain_name(name): unescape(a or b) for name, a, b in _ATTRIBUTE.findall(inner)}
        before, _, head = head.strip("/").rpartition(":")
        if not head:  # <entity: city>
            head, attributes = before, {"concept": inner.partition(":")[2].strip()}
        element = _Element(plain_name(head), attributes, tag.end(), {"": head})
        if inner.endswith("/"):
            entities += _closed(element, "", stack)
        elif element.name not in ("br", "hr"):
            stack.append(element)
            del stack[1:-_DEEPEST]
    return entities + _of_fields(root) or _linked(answer)


def without_layout(answer: str) -> str:
    """Return an answer without the tags that tell nothing about its entities, an item of a list on each line."""
    return _TAG.sub(_layout, answer)


def _layout(tag: re.Match[str]) -> str:
    name = plain_name(tag[1].partition(" ")[0])
    if name not in _LAYOUT or name in _TABLE:
        return tag.group()
    if not tag[1].startswith("/") or name in _STRONG:
        return _AS_LINES.get(name, "")
    return "\n" if name in _AS_LINES else ""


def _linked(answer: str) -> list[RawEntity]:
    """Read `[Genoa](city)`, and a sentence with `[Genoa | city]`, `[city: Genoa]` or `[city]Genoa[/city]` in it."""
    for pattern in (_LINK, _BRACKETS_AS_TAGS, _BRACKETED, _BOLD):
        if pattern is _BOLD and "\n" in answer:
            continue  # lines, of which more is known
        found = [
            EitherWay(link["text"].strip(), link["concept"].strip())
            for link in islice(pattern.finditer(answer), _MOST_LINKS)
            if "/" not in link["concept"]
        ]
        if len(found) > (pattern is _BOLD):
            return list(found)
    return []


def _closed(element: _Element, content: str, around: list[_Element]) -> list[RawEntity]:
    """Return the entity that an element is, if it is one."""
    name = element.name
    values = {**element.attributes, **{key: value for key, value in element.fields.items() if key}}
    if name in _LAYOUT and not values:
        return []
    parent = next(outer for outer in reversed(around) if outer.name not in _LAYOUT)
    holder = not parent.name or parent.name in HOLDERS
    marked = _marked_by(values) if name in _LAYOUT else None
    if marked is not None and names_a_part(marked):  # <span class="text">
        name, values = plain_name(marked), {}
    if names_a_part(name) and not values and (marked is not None or name in MARKS or not holder):
        entities = _of_fields(parent) if holder and name in parent.fields else []
        if entities:
            parent.fields.clear()
        parent.fields.setdefault(name, content)
        return entities
    if holder and name in HOLDERS and not element.attributes:
        return _of_fields(element)
    if marked is not None and content and "<" not in content:
        return [EitherWay(content, marked)]
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


def _of_fields(element: _Element) -> list[RawEntity]:
    """Return the entity whose parts follow one another in an element."""
    text = part(element.fields, TEXT)
    concept = part(element.fields, CONCEPT, text)
    if text is None or concept is None:
        return []
    description = part(element.fields, DESCRIPTION)
    return [RawEntity(element.fields[text], element.fields[concept], element.fields.get(description or ""))]


def _marked_by(attributes: dict[str, str]) -> str | None:
    """Return the concept that an attribute of layout gives, as in `<mark class="city">`."""
    return next((value for name, value in attributes.items() if name == "class" or name.startswith("data")), None)


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
