"""Markdown in which nothing that is filled in can be taken for markup."""

from __future__ import annotations

import re
from urllib.parse import quote

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_MARKUP = re.compile(r"[\\`*_{}\[\]|~$#!&<>]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff]")


class Markdown(str):
    """Text that is Markdown already, and is not escaped again."""

    __slots__ = ()


def escape(text: str) -> Markdown:
    r"""Make Markdown that shows a text as it is, on one line.

    Args:
        text: Any text.

    Returns:
        The text with a backslash, or an entity of HTML, in the place of what would be markup.

    Example:
        ```python
        >>> from nuner.data_builders.pages.markdown import escape
        >>> escape("a|b <i>")
        'a\\|b &lt;i&gt;'

        ```
    """
    return Markdown(_MARKUP.sub(lambda match: _ENTITIES.get(match[0], "\\" + match[0]), _one_line(text)))


def inline_code(text: str) -> Markdown:
    """Make a code span, also inside of a table.

    Args:
        text: Any text.

    Returns:
        The text between as many backquotes as it needs.
    """
    line = _one_line(text).strip().replace("|", "\\|")
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    space = " " if longest or not line else ""
    return Markdown(f"{fence}{space}{line}{space}{fence}")


def python_string(text: str) -> Markdown:
    """Make a Python literal, for a block of code.

    Args:
        text: Any text.

    Returns:
        The literal with its quotes.
    """
    literal = repr(text)
    # Strings in our code stand in double quotes, wherever that needs no escape.
    return Markdown(f'"{literal[1:-1]}"' if literal.startswith("'") and '"' not in literal else literal)


def relative_url(path: str) -> Markdown:
    """Make the target of a link to a file that lies beside the page.

    Args:
        path: Its path, relative to the page.

    Returns:
        The path, quoted for a URL.
    """
    return Markdown(quote(path))


def printable(text: str) -> str:
    """Replace what no page shows, and YAML does not bring back, by spaces.

    Args:
        text: Any text.

    Returns:
        The rest of it.
    """
    return _CONTROL.sub(" ", text)


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", printable(text))
