"""Read the answer to a question about one type: a list of texts (Zhou et al., 2023)."""

from __future__ import annotations

import re
from typing import Any

from .entity_items import cleaned
from .entity_keys import TEXT, part, plain_name
from .forms.json_forms import find_json
from .forms.json_scanner import scan_json
from .forms.lines import without_list_mark
from .no_entities import says_nothing
from .parsing import ReplyError, answer_in

_DEEPEST = 8
_MOST_TEXTS = 1000
# Quotes alone, and a list in quotes that JSON in prose does not begin with.
_QUOTED = re.compile(r"""\s*["'\u201c\u201e\u2018\u00ab][^{\[]*\Z""")
_LIST = re.compile(r"""\[(?=\s*["'`\u201c\u201e\u2018\u00ab])""")


def parse_text_list(reply: str, *, truncated: bool = False) -> list[str]:
    r"""Read the texts of an answer.

    The contract is a JSON list of strings. It is also found in fences and in prose, slightly broken, in the quotes of
    other languages, in an object, and cut off, where the texts that are whole are kept; lines with the mark of a list
    and words that say that there is nothing are read too. Of several lists the last one counts.

    Args:
        reply: What the model wrote.
        truncated: Whether it was cut off at the limit of its length.

    Returns:
        The texts, each once; they need not stand in what was asked about.

    Raises:
        ReplyError: If there is no list; its `reason` says why.

    Example:
        ```python
        >>> parse_text_list('["Genoa", "Lisbon"]'), parse_text_list("[]"), parse_text_list("None.")
        (['Genoa', 'Lisbon'], [], [])
        >>> parse_text_list("Sure:\n```json\n[\u201eGenoa\u201c, 'Lisbon',]\n```")
        ['Genoa', 'Lisbon']

        ```
    """
    answer, value = answer_in(f"[{reply}]" if _QUOTED.match(reply) else reply)
    if value is not None:
        values = [(value[0], False)]
    else:
        values = [(piece.value, piece.form == "cut") for piece in find_json(answer, truncated)]
        if not values and (opening := _LIST.search(answer)):
            scanned = scan_json(answer, opening.start(), truncated)
            values = [(scanned.value, scanned.cut)]
    found = [(_texts(value, 0), cut) for value, cut in values]
    # What is cut off before its first whole text is no empty list.
    lists = [texts for texts, cut in found if texts is not None and (texts or not cut)]
    texts = lists[-1] if lists else _in_words(answer, truncated)
    if texts is None:
        raise ReplyError("the answer is no list")
    if len(texts) > _MOST_TEXTS:
        raise ReplyError(f"the answer has more than {_MOST_TEXTS:,} texts")
    return [*dict.fromkeys(text for text in map(str.strip, texts) if text)]


def _texts(value: Any, depth: int) -> list[str] | None:
    """Return the texts of a value; None where it is none of an answer."""
    if value is None and depth:
        return []
    if isinstance(value, str):
        return [] if says_nothing(value) else [cleaned(value)] if depth else None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return [str(value)] if depth else None
    if depth == _DEEPEST or not isinstance(value, (list, dict)):
        return None
    if isinstance(value, dict):
        named = {plain_name(name): inner for name, inner in value.items()}
        text = part(named, TEXT)
        # An entity with its type and more, or lists under the name of the type.
        value = [named[text]] if text is not None else [inner for inner in value.values() if isinstance(inner, list)]
        if not value and named:
            return None
    found = [_texts(item, depth + 1) for item in value]
    texts = [text for some in found for text in some or ()]
    return texts if texts or all(some is not None for some in found) else None


def _in_words(answer: str, truncated: bool) -> list[str] | None:
    """Read an answer without JSON."""
    if says_nothing(answer):
        return []
    lines = [line for line in answer.splitlines() if line.strip()]
    if truncated:
        del lines[-1:]  # nothing tells whether its end is there
    items = [item for line in lines if (item := without_list_mark(line)) != line]
    return items or None
