"""UniversalNER's conversation about a text (Zhou et al., 2023): one question a type, answered by a JSON list."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from .record_error import RecordError

TEXT_PREFIX = "Text:"
"""What the first turn begins with, before the text."""

ACKNOWLEDGEMENT = "I've read this text."
"""What the model says to the text."""

SPEAKERS = ("human", "gpt")
"""Who says the turns of a conversation, in files."""

QUESTION = re.compile(r"\s*What describes (?P<type>.+?) in the text\?\s*", re.DOTALL)
"""A question, as a whole; its group `type` is what it asks for."""


def question_about(entity_type: str) -> str:
    """Ask for the entities of a type.

    Args:
        entity_type: Name of the type.

    Example:
        ```python
        >>> question_about("city")
        'What describes city in the text?'

        ```
    """
    return f"What describes {entity_type} in the text?"


def answer_of(mentions: Iterable[str]) -> str:
    """Write an answer: the mentions as a JSON list, each once; an empty one where the text has none.

    Args:
        mentions: What stands in the text.

    Example:
        ```python
        >>> answer_of(["Genoa", "São Paulo", "Genoa"]), answer_of([])
        ('["Genoa", "São Paulo"]', '[]')

        ```
    """
    return json.dumps([*dict.fromkeys(mentions)], ensure_ascii=False)


def turns_about(text: str, questions: Iterable[tuple[str, str]] = ()) -> list[str]:
    """Return what is said about a text, user and model in turn, beginning with the user.

    Args:
        text: The text.
        questions: Types, and the answers to the questions about them.

    Example:
        ```python
        >>> turns_about("Ada met Bo.", [("person", '["Ada", "Bo"]')])[1:]
        ["I've read this text.", 'What describes person in the text?', '["Ada", "Bo"]']

        ```
    """
    turns = [f"{TEXT_PREFIX} {text}", ACKNOWLEDGEMENT]
    for entity_type, answer in questions:
        turns += [question_about(entity_type), answer]
    return turns


def turns_of(conversation: Any) -> list[str]:
    """Return what was said in a conversation as files have it, user and model in turn, beginning with the user.

    Args:
        conversation: Turns of `from` (`human` or `gpt`) and `value`.

    Raises:
        RecordError: If it is none, or ends with a question.

    Example:
        ```python
        >>> text, read = "Text: Ada met Bo.", "I've read this text."
        >>> turns_of([{"from": "human", "value": text}, {"from": "gpt", "value": read}])
        ['Text: Ada met Bo.', "I've read this text."]

        ```
    """
    if not isinstance(conversation, list):
        raise RecordError("'conversations' is missing or not a list")
    said: list[str] = []
    for index, turn in enumerate(conversation):
        speaker = SPEAKERS[index % 2]
        if not isinstance(turn, dict) or not isinstance(turn.get("value"), str) or turn.get("from") != speaker:
            raise RecordError("a turn cannot be read", f"turn {index + 1} should be what the {speaker} says")
        said.append(turn["value"])
    if not said or len(said) % 2:
        raise RecordError("the conversation is incomplete", f"{len(said)} turns")
    if not said[0].lstrip().startswith(TEXT_PREFIX):
        raise RecordError("the first turn does not begin with 'Text:'", repr(said[0][:40]))
    return said
