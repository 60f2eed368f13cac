"""Halves of surrogate pairs, which an escape of JSON can give, and which no file of Unicode holds."""

from __future__ import annotations


def is_encodable(value: str) -> bool:
    """Tell whether a string can be stored: it has no lone surrogate, which an escape of JSON can give."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def without_lone_surrogates(value: str) -> str:
    r"""Return a string that can be stored: halves of a surrogate pair are joined, and those that stand alone left out.

    Example:
        ```python
        >>> without_lone_surrogates("d\ud83d"), len(without_lone_surrogates("\ud83d\ude00"))
        ('d', 1)

        ```
    """
    if value.isascii() or is_encodable(value):
        return value
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
