"""A table of scores for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .layout import Layout

if TYPE_CHECKING:
    from rich.console import Group

# In so many cells, mean and standard deviation stand beside one another; in more, one below the other.
_MOST_CELLS_ABREAST = 5


def rich_table(layout: Layout) -> Group:
    """Make a table of rich, which fits into 80 columns, with its title above and its notes below it.

    Args:
        layout: The table in words.

    Returns:
        What a console of rich prints.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    between = " " if len(layout.header) <= _MOST_CELLS_ABREAST else "\n"
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column(overflow="fold")
    for name in layout.header:
        table.add_column(name, justify="right", no_wrap=True)
    for section in layout.sections:
        if section.title is not None:
            table.add_row(Text(section.title, style="bold"))
        for line in section.lines:
            name = Text(f"  {line.name}" if line.is_gain else line.name)
            table.add_row(
                name, *(cell.replace(" ", between) for cell in line.cells), style="bold" if line.is_gain else ""
            )
        table.add_section()
    # Those of the table itself would be folded to its width, which may be that of one number.
    return Group(Text(layout.title, style="italic"), table, Text("\n".join(layout.notes), style="dim"))
