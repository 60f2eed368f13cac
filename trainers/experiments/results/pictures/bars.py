"""Picture of the scores of a table with a single k."""

from __future__ import annotations

import os
from math import isnan
from textwrap import fill

from nuner.data_builders.files.pictures import save_picture

from ..layout import decimals
from ..score_table import ScoreTable
from .group_panels import REFERENCE_COLOR, group_panels

_COLOR = "#1f77b4"
# In characters, in lines and in inches.
_NAME_WIDTH, _LABEL_WIDTH, _LINE_HEIGHT = 34, 90, 0.25


def plot_bars(table: ScoreTable, path: str | os.PathLike[str]) -> None:
    """Draw the mean of each row as a bar: a panel for each group and one for their mean.

    Rows that others are compared with are gray.

    Args:
        table: The scores, of one k.
        path: Image file, in a folder that is there; its ending chooses the format.

    Raises:
        ImportError: If matplotlib, of the extra `plot`, is not installed.
    """
    names = [fill(row, _NAME_WIDTH) for row in table.rows]
    references = set(table.references.values()) - table.references.keys()
    figure, panels = group_panels(table)
    figure.set_size_inches(
        2.4 + figure.get_figwidth(), 1.5 + _LINE_HEIGHT * sum(name.count("\n") + 1.4 for name in names)
    )
    for panel, group in panels:
        for place, row in enumerate(table.rows):
            mean = table.mean(row, group)
            if isnan(mean):
                continue
            panel.barh(place, mean, height=0.66, color=REFERENCE_COLOR if row in references else _COLOR)
            shown = f"{mean:.{decimals(mean)}f}"
            panel.annotate(shown, (mean, place), (4, 0), textcoords="offset points", va="center", fontsize=8)
        panel.set_yticks(range(len(names)), names)
        panel.margins(x=0.14)
        panel.set_axisbelow(True)
        panel.grid(visible=False, axis="y")
        panel.tick_params(axis="y", length=0)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0][0].invert_yaxis()
    figure.supxlabel(fill(f"{table.metric}, k = {table.ks[0]}", _LABEL_WIDTH), fontsize=9)
    save_picture(figure, path)
