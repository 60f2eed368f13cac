"""Take a model's words out of the answer of a server that was written into the reply."""

from __future__ import annotations

from typing import Any

_HOLDERS = ("choices", "candidates", "message", "content", "parts", "output")
_WORDS = {"text", "output_text", "message", None}
_THOUGHTS = {"thinking", "reasoning", "thought", "reasoning_text", "redacted_thinking"}
_MARKS = {"type", "role", "choices", "candidates", "parts"}
_DEEPEST = 8


def words_in(value: Any) -> str | None:
    """Return the words in a message, or in its parts; None for a value that is neither.

    Args:
        value: What JSON gave.

    Example:
        ```python
        >>> words_in([{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Genoa <> city"}])
        'Genoa <> city'
        >>> words_in([{"type": "city", "text": "Genoa"}])

        ```
    """
    return _words(value, 0)


def _words(value: Any, depth: int) -> str | None:
    if depth > _DEEPEST:
        return None
    if isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
        if all(part.get("type") in _THOUGHTS for part in value):
            return None
        said = [_words(part, depth + 1) for part in value if part.get("type") not in _THOUGHTS]
        words = [words for words in said if words is not None]
        return "".join(words) if len(words) == len(said) else None
    if not isinstance(value, dict) or value.get("type") not in _WORDS:
        return None
    text = value.get("text")
    if isinstance(text, str) and len(value) <= 2 and ("type" in value or depth > 1):
        return text
    for name in _HOLDERS:
        if name not in value or not (_MARKS & value.keys() or depth or len(value) == 1):
            continue
        inner = value[name]
        if name == "content" and isinstance(inner, str):
            return inner if depth or "role" in value else None
        return _words(inner, depth + 1)
    return None
