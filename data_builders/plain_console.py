"""A console that shows text as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.status import Status
from rich.text import Text

# What steers a terminal instead of being shown: control characters but the tab and the end of a line, line separators
# that not every terminal takes for such, changes of the direction of writing, and halves of surrogate pairs.
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def shown(text: str) -> str:
    r"""Return a text in which what would steer the terminal is written as an escape.

    Args:
        text: Any text; line ends and tabs stay.

    Example:
        ```python
        >>> print(shown("a \x1b[31mred\x1b[0m team"))
        a \x1b[31mred\x1b[0m team

        ```
    """
    return _STEERING.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


class PlainConsole(Console):
    r"""A console of rich that takes nothing in a text for markup, an emoji's name or an order to the terminal.

    Args:
        **options: Those of `rich.console.Console`.

    Example:
        ```python
        >>> PlainConsole().tell("[/b] :boom: \x1b[2J")
        [/b] :boom: \x1b[2J

        ```
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"markup": False, "emoji": False, "highlight": False, **options})

    def tell(self, *lines: str, style: str | None = None) -> None:
        """Print lines, none of which is folded.

        Args:
            *lines: The lines.
            style: How they look.
        """
        self.print(*lines, sep="\n", style=style, soft_wrap=True)

    def status(self, status: RenderableType, **options: Any) -> Status:
        """Show what is being done until it is; what it is updated with later must be a `Text`."""
        return super().status(Text(status) if isinstance(status, str) else status, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """Make a text for the terminal of a string, with the width that it will have."""
        return super().render_str(shown(text), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render what may hold texts that did not come by `render_str`."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(shown(segment.text), segment.style)
