"""A table of scores in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from nuner.data_builders.pages.markdown import escape

from .layout import Layout


def markdown_table(layout: Layout) -> str:
    """Write a table in Markdown, with its notes below it.

    Args:
        layout: The table in words.

    Returns:
        Markdown, whose last line ends.

    Example:
        ```python
        >>> from nuner.trainers.experiments.results.score_table import ScoreTable
        >>> from nuner.trainers.experiments.results.summary import Summary
        >>> table = ScoreTable("Encoders", "Token F1, in percent", {"base": {"tickets": {1: [[20.0, 30.0]]}}})
        >>> print(markdown_table(Layout.of(Summary.of(table))), end="")
        |  | k=1 |
        |:--|--:|
        | base | 25.0 ±7.1 |
        <BLANKLINE>
        Token F1, in percent, mean ± standard deviation over 2 training samples.

        ```
    """
    lines = [markdown_row(["", *layout.header]), "|:--|" + "--:|" * len(layout.header)]
    for section in layout.sections:
        if section.title is not None:
            lines.append(markdown_row([f"**{escape(section.title)}**", *[""] * len(layout.header)]))
        for line in section.lines:
            lines.append(markdown_row([escape(line.name), *line.cells]))
    notes = " ".join(f"{escape(note).rstrip('.')}." for note in layout.notes)
    return "\n".join([*lines, "", notes, ""])


def markdown_row(cells: Sequence[str]) -> str:
    """Write a line of a table.

    Args:
        cells: What stands in it, in Markdown.
    """
    return "| " + " | ".join(cells) + " |"
