"""Take the commands of LaTeX out of an answer, so that it reads as lines and rows."""

from __future__ import annotations

import re

_COMMAND = re.compile(r"(?:\\[a-zA-Z]{2,12}|\t(?:ext|extbf|extit|exttt))\{([^{}]*)\}")
_ARROW = re.compile(r"\\(?:long)?(?:rightarrow|to|mapsto|implies|Rightarrow)\b")
_ITEM = re.compile(r"\\item\b[ ]?")
_ENVIRONMENT = re.compile(
    r"\\(?:begin|end)\{[a-z*]{1,20}\}(?:\{[^{}\n]{0,40}\})?|\\(?:hline|toprule|midrule|bottomrule)\b"
)
_ROW = re.compile(r"^(?P<cells>[^\n&]*&[^\n]*?)[ ]?\\\\[ ]*$", re.MULTILINE)
_MATH = re.compile(r"\\[()\[\]]")
_DOLLARS = re.compile(r"\$(?=[^$\n]{0,100}\\)([^$\n]{1,300})\$")
_EMPTY_SET = re.compile(r"\\(?:emptyset|varnothing)\b")


def without_commands(text: str) -> str:
    r"""Return a text without commands around its words.

    Args:
        text: A text, such as the name of an entity.

    Example:
        ```python
        >>> without_commands(r"\(\text{Genoa}\)")
        'Genoa'

        ```
    """
    if "\\" not in text and "\text" not in text:
        return text
    return _MATH.sub("", _COMMAND.sub(r"\1", _COMMAND.sub(r"\1", text))) if "{" in text or "\\(" in text else text


def without_latex(answer: str) -> str:
    r"""Return an answer with items, rows and arrows as plain text has them.

    Args:
        answer: What the model wrote.

    Example:
        ```python
        >>> without_latex(r"\item \textbf{Genoa} $\rightarrow$ city")
        '- Genoa → city'

        ```
    """
    if "\\" not in answer:
        return answer
    answer = _ENVIRONMENT.sub("", _DOLLARS.sub(r"\1", answer))
    answer = _ROW.sub(lambda row: f"| {row['cells'].replace('&', '|')} |", answer)
    answer = _EMPTY_SET.sub("none", _ARROW.sub("\u2192", _ITEM.sub("- ", answer)))
    return without_commands(_MATH.sub("", answer))
