"""Picture of scores against a number, such as that of the concepts."""

from __future__ import annotations

import os
from collections.abc import Iterable
from math import log

from nuner.data_builders.files.pictures import save_picture
from nuner.trainers.few_shot.panels import add_legend, draw_line

from ..score_table import ScoreTable
from .group_panels import REFERENCE_COLOR, group_panels, samples_shown

_DASHES = ("--", ":", "-.")

# Ticks nearer to one another than this part of the axis would have no room for their numbers.
_BETWEEN_TICKS = 0.15


def plot_by_x(table: ScoreTable, path: str | os.PathLike[str], label: str) -> None:
    """Draw scores against the `x` of a table as in figures 9 and 10 of the paper, on a logarithmic axis.

    There is a panel for each group and one for their mean, all averaged over k, and in it a line for each series, with
    a band of one standard deviation over the samples to each side. Rows without an `x` are level lines.

    Args:
        table: The scores.
        path: Image file, in a folder that is there; its ending chooses the format.
        label: What `x` counts; it is also the name of the series that has none.

    Raises:
        ImportError: If matplotlib, of the extra `plot`, is not installed.
    """
    figure, panels = group_panels(table)
    figure.supylabel(table.metric, fontsize=9)
    lines: dict[str, list[str]] = {}
    for row in sorted(table.x, key=lambda row: table.x[row]):
        lines.setdefault(table.series.get(row, label), []).append(row)
    level = [row for row in table.rows if row not in table.x]
    ticks = _apart(table.x.values())
    for panel, group in panels:
        for rows in lines.values():
            means = [table.mean(row, group) for row in rows]
            spreads = [table.standard_deviation(row, group) for row in rows]
            draw_line(panel, [table.x[row] for row in rows], means, spreads)
        for number, row in enumerate(level):
            dashes = _DASHES[number % len(_DASHES)]
            panel.axhline(table.mean(row, group), color=REFERENCE_COLOR, linestyle=dashes)
        panel.set_xscale("log")
        panel.set_xticks(ticks, [f"{tick:,g}" for tick in ticks])
        panel.minorticks_off()
    figure.supxlabel(f"{label} ({samples_shown(table)})", fontsize=9)
    add_legend(figure, panels[0][0].get_lines(), [*lines, *level])
    save_picture(figure, path)


def _apart(numbers: Iterable[float]) -> list[float]:
    """Choose those that lie far enough apart on a logarithmic axis."""
    ascending = sorted(set(numbers))
    between = _BETWEEN_TICKS * log(ascending[-1] / ascending[0])
    chosen = ascending[:1]
    for number in ascending[1:]:
        if log(number / chosen[-1]) > between:
            chosen.append(number)
    return chosen
