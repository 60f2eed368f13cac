"""Picture of scores against k."""

from __future__ import annotations

import os
from math import isnan

from nuner.data_builders.files.pictures import save_picture
from nuner.trainers.few_shot.panels import add_legend, draw_line, ticks_at

from ..score_table import ScoreTable
from .bars import plot_bars
from .group_panels import REFERENCE_COLOR, group_panels, samples_shown

# Of the cycle of matplotlib.
_COLORS = 10


def plot_by_k(table: ScoreTable, path: str | os.PathLike[str]) -> None:
    """Draw scores against k as in figures 7, 8, 12 and 13 of the paper: a panel for each group and one for their mean.

    A line is the mean of a row, its band one standard deviation over the samples to each side. What rows are compared
    with is dashed: gray, or where there are several, in the color of the first row that is compared with it. Of a
    single k there is no line, but bars.

    Args:
        table: The scores.
        path: Image file, in a folder that is there; its ending chooses the format.

    Raises:
        ImportError: If matplotlib, of the extra `plot`, is not installed.
    """
    if len(table.ks) == 1:
        plot_bars(table, path)
        return
    figure, panels = group_panels(table)
    figure.supylabel(table.metric, fontsize=9)
    colors = _colors(table)
    references = set(table.references.values()) - table.references.keys()
    for panel, group in panels:
        for row in table.rows:
            means = {k: mean for k in table.ks if not isnan(mean := table.mean(row, group, k))}
            spreads = [table.standard_deviation(row, group, k) for k in means]
            line = draw_line(panel, [*means], [*means.values()], spreads, colors[row])
            if row in references:
                line.set_linestyle("--")
        ticks_at(panel, table.ks)
    figure.supxlabel(f"k ({samples_shown(table)})", fontsize=9)
    add_legend(figure, panels[0][0].get_lines(), table.rows)
    save_picture(figure, path)


def _colors(table: ScoreTable) -> dict[str, str]:
    references = dict.fromkeys(table.references.values())
    others = [row for row in table.rows if row in table.references or row not in references]
    colors = {row: f"C{number % _COLORS}" for number, row in enumerate(others)}
    for reference in references.keys() - colors.keys():
        compared = next(row for row in table.rows if table.references.get(row) == reference)
        colors[reference] = colors[compared] if len(references) > 1 else REFERENCE_COLOR
    return colors
