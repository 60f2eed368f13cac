"""Read entities out of YAML, and of headings with the items that stand below them."""

from __future__ import annotations

import re
from typing import Any

from ..entity_keys import TEXT, names_a_part, part, plain_name
from .json_scanner import scan_json, unescaped
from .lines import described, is_correction, sides_of, without_list_mark

_NAME = re.compile(r"""(?P<name>"[^"\n]{1,100}"|'[^'\n]{1,100}'|[^:=\n]{1,100}?)(?:[ ]?[:=](?:[ ]+|$)|\uff1a[ ]*)""")
_MOST_WORDS_OF_A_HEADING = 5
_MOST_WORDS = 8
_COUNT = re.compile(r"[ ]?\(\d{1,4}\)$")
_COMMENT = re.compile(r"[ \t]{1,20}#[ ].{0,200}$")
_MARKS = "*_#` \u25a0\u25c6\u25bc"
_HEADING_MARKS = ("#", "\u25a0", "\u25c6", "\u25bc")
_ANNOUNCEMENT = re.compile(
    r"entit|entid|concept|konzept|answer|result|output|list|follow|found|correct|final|here", re.IGNORECASE
)


def outline_value(lines: list[str]) -> list[Any]:
    """Return what an outline holds as a value of JSON: objects with names, and headings with their items.

    Args:
        lines: The lines of the answer.

    Example:
        ```python
        >>> outline_value(["- text: Genoa", "  concept: city"])
        [{'text': 'Genoa', 'concept': 'city'}]
        >>> outline_value(["city:", "- Genoa", "- Lisbon"])
        [{'city': ['Genoa', 'Lisbon']}]

        ```
    """
    outline = _Outline()
    lines = [line for line in lines if line.strip() and not line.strip().startswith("```")]
    for line, following in zip(lines, [*lines[1:], ""], strict=False):
        outline.read(line, following)
    return outline.value()


def _is_above(line: str, following: str) -> bool:
    """Tell whether a line is a heading of the next one: that one is further in, or a bare item below no item."""
    further_in = len(following) - len(following.lstrip()) - len(line) + len(line.lstrip())
    stripped, next_one = line.strip(), following.strip()
    if without_list_mark(stripped) != stripped or further_in > 0:
        return further_in > 0
    item = without_list_mark(next_one)
    return item != next_one and sides_of(item) is None


def _is_short(content: str) -> bool:
    return len(content.split()) <= _MOST_WORDS_OF_A_HEADING and sides_of(content) is None


class _Outline:
    """What was read so far."""

    def __init__(self) -> None:
        self._values: list[Any] = []
        self._heading: str | None = None
        self._items: list[Any] = []
        self._record: dict[str, Any] = {}
        self._block: str | None = None
        self._is_bare = False  # the items stand below their heading without marks
        self._subject: str | None = None
        self._headings = 0
        self._records = 0

    def value(self) -> list[Any]:
        """Return what was read; nothing where it has neither names of an entity's parts nor headings with items."""
        self._end_record()
        values = [value for value in self._values if value]
        only_pairs = self._headings == 1 and not self._records and any(isinstance(item, dict) for item in self._items)
        return values if (self._records or self._headings) and not only_pairs else []

    def read(self, line: str, following: str) -> None:
        """Read a line that is not empty, above the next one."""
        stripped = line.strip()
        if self._block is not None:
            self._record[self._block], self._block = stripped, None
            return
        content = without_list_mark(stripped)
        is_item = content != stripped
        is_above = _is_above(line, following)
        is_bold = content.startswith("**") and content.endswith("**")
        is_first = self._heading is not None and not self._items
        below_heading = is_first or (self._heading is not None and self._is_bare)
        content = content.replace("**", "")
        named = _NAME.match(content)
        name = _scalar(named["name"].strip(_MARKS)) if named is not None else ""
        value = content[named.end() :].strip() if named is not None else ""
        value = value if value.strip("*_") else ""
        if named is not None and value and names_a_part(name):
            if name in self._record:
                self._end_record()
            if not value.strip("|>-"):
                self._block = name  # what it is stands on the next line
                return
            self._record[name] = _value(_COMMENT.sub("", value))
            return
        self._end_record()
        if named is not None and not value:
            self._begin(name)
        elif stripped.startswith(_HEADING_MARKS) or (is_bold and (is_above or not (is_item or is_first))):
            self._begin(content.strip(_MARKS + ":"))
        elif stripped.startswith(":") and (self._subject is not None or below_heading):
            self._define(stripped.lstrip(": "))
        elif is_above and _is_short(content):
            self._begin(content.strip(_MARKS))
        elif self._heading is not None and (is_item or line[0].isspace()):
            self._add_item(content)
        elif named is not None:
            self._add_pair(name, value)
        elif below_heading and _is_short(content) and not content.endswith((".", "!", "?")):
            self._add_item(content.strip(_MARKS))
            self._is_bare = True
        else:
            if is_correction(content):
                self._forget()
            self._heading, self._items = None, []
            self._subject = content.strip(_MARKS) if is_item or len(content.split()) <= _MOST_WORDS else None

    def _end_record(self) -> None:
        """Note the entity whose parts were read, if there is one."""
        if self._record:
            self._records += 1
            if self._subject is not None and part({plain_name(name): "" for name in self._record}, TEXT) is None:
                self._record = {self._subject: self._record}
            (self._values if self._heading is None else self._items).append(self._record)
            self._record = {}

    def _begin(self, heading: str) -> None:
        """Begin a heading, which is a concept, a text, or no more than an announcement."""
        self._heading, self._items, self._subject, self._is_bare = None, [], None, False
        if is_correction(heading):
            self._forget()
        heading = _COUNT.sub("", heading)
        words = len(heading.split())
        if not words or words > _MOST_WORDS_OF_A_HEADING or _ANNOUNCEMENT.search(heading) or names_a_part(heading):
            return
        self._heading = heading
        self._values.append({heading: self._items})

    def _add_item(self, content: str) -> None:
        self._headings += not self._items
        sides = sides_of(content)
        self._items.append(_scalar(content) if sides is None else {"text": sides[1], "description": sides[2]})

    def _define(self, definition: str) -> None:
        """Add what stands behind a colon below its term."""
        if self._subject is None:
            self._add_item(definition)
        else:
            self._values.append({self._subject: described(definition)[0]})
            self._records += 1
            self._subject = None

    def _add_pair(self, name: str, value: str) -> None:
        self._heading, self._items = None, []
        read = _value(value)
        self._records += not isinstance(read, str)
        self._values.append({name: described(read)[0] if isinstance(read, str) else read})

    def _forget(self) -> None:
        self._values.clear()
        self._headings = self._records = 0


def _value(text: str) -> Any:
    if text.startswith(("[", "{")):
        scanned = scan_json(text, 0)
        if scanned.end == len(text) and not scanned.cut:
            return scanned.value
    return _scalar(text)


def _scalar(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return unescaped(text[1:-1]) if text[0] == '"' else text[1:-1].replace("''", "'")
    return text
