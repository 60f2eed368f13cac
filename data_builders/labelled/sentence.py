"""One labelled sentence as it was read, before its tags are brought to IOB2."""

from __future__ import annotations

from typing import Any, NamedTuple

from .char_spans import tag_words
from .label_schemes import LabelScheme


class LabelledSentence(NamedTuple):
    """Words and their tags.

    Args:
        tokens: The words.
        tags: One tag a word.
        scheme: Scheme of the tags where it is known; None: to be told from the whole data set.
        file: The file or data set that holds the sentence.
        line: Its line or row, from 1.
        text: The text that the words were taken from, where it is known.
    """

    tokens: list[str]
    tags: list[str]
    scheme: LabelScheme | None
    file: str
    line: int
    text: str | None = None


def parse_labelled(row: Any, file: str, line: int) -> tuple[LabelledSentence, int]:
    """Read one row, `tokens` and `tags` (or `ner_tags`), or `text` and `entities`.

    Args:
        row: The parsed JSON value.
        file: Where it stands.
        line: Where it stands.

    Returns:
        The sentence, and how many of its entities were widened to whole words.

    Raises:
        ValueError: If the row cannot be read.
    """
    if not isinstance(row, dict):
        raise ValueError(f"a record must be a JSON object, not {type(row).__name__}")
    if "tokens" in row:
        tokens, tags = _strings(row, "tokens"), _strings(row, "tags" if "tags" in row else "ner_tags")
        if len(tokens) != len(tags):
            raise ValueError(f"there are {len(tokens)} tokens but {len(tags)} tags")
        widened = 0
        scheme: LabelScheme | None = None
    elif "text" in row and "entities" in row:
        if not isinstance(row["text"], str) or not isinstance(row["entities"], list):
            raise ValueError("text must be a string and entities a list")
        tokens, tags, widened = tag_words(row["text"], row["entities"])
        scheme = "IOB2"
    else:
        raise ValueError("a record needs tokens and tags, or text and entities")
    if not tokens:
        raise ValueError("the sentence has no word")
    text = row.get("text")
    return LabelledSentence(tokens, tags, scheme, file, line, text if isinstance(text, str) else None), widened


def _strings(row: dict[str, Any], field: str) -> list[str]:
    value = row.get(field)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("tokens and tags must be lists of strings")
    return value
