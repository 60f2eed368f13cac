"""Panels of F1 against k, as in the figures of the paper."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, isnan
from textwrap import fill
from typing import TYPE_CHECKING

from nuner.data_builders.files.pictures import take_no_word_for_markup

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

_MOST_COLUMNS = 4
# In characters: a panel, and the narrowest figure, are wide enough for so many.
_TITLE_WIDTH, _LABEL_WIDTH = 34, 60


def new_figure(width: float, height: float) -> Figure:
    """Make an empty figure.

    Args:
        width: In inches.
        height: In inches.

    Returns:
        The figure.

    Raises:
        ImportError: If matplotlib, of the extra `plot`, is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError("the picture needs matplotlib; install it with: pip install 'nuner[plot]'") from error

    return Figure(figsize=(width, height), layout="constrained")


def figure_of_panels(titles: Sequence[str]) -> tuple[Figure, list[Axes]]:
    """Make a figure of panels with common axes.

    Args:
        titles: One for each panel.

    Returns:
        The figure and its panels.

    Raises:
        ImportError: If matplotlib, of the extra `plot`, is not installed.
    """
    rows = ceil(len(titles) / _MOST_COLUMNS)
    columns = ceil(len(titles) / rows)
    # One panel alone is as wide as the words below it need.
    figure = new_figure(max(6.4, 1.2 + 3.4 * columns), 1.5 + 2.9 * rows)
    panels = list(figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).flat)
    for place, (panel, title) in enumerate(zip(panels, titles, strict=False)):
        panel.set_title(fill(title, _TITLE_WIDTH))
        panel.grid(alpha=0.3)
        # Also above a place that is empty.
        panel.tick_params(labelbottom=place + columns >= len(titles))
    for panel in panels[len(titles) :]:
        panel.set_visible(False)
    return figure, panels[: len(titles)]


def ticks_at(panel: Axes, ks: Sequence[int]) -> None:
    """Give a panel a logarithmic axis with a tick at each k.

    Args:
        panel: The panel.
        ks: Sizes of the samples.
    """
    panel.set_xscale("log", base=2)
    panel.set_xticks(ks, [str(k) for k in ks])
    panel.minorticks_off()


def draw_line(
    panel: Axes, x: Sequence[float], means: Sequence[float], spreads: Sequence[float], color: str | None = None
) -> Line2D:
    """Draw means with a band of one standard deviation to each side.

    Args:
        panel: Where.
        x: What stands on the axis, ascending.
        means: One for each x.
        spreads: Their standard deviations; without a band where they are not known (NaN).
        color: Of the line; the next of the panel, if not given.

    Returns:
        The line, for the legend.
    """
    (line,) = panel.plot(x, means, marker="o", markersize=4, color=color)
    if not any(map(isnan, spreads)):
        panel.fill_between(
            x,
            [mean - spread for mean, spread in zip(means, spreads, strict=True)],
            [mean + spread for mean, spread in zip(means, spreads, strict=True)],
            color=line.get_color(),
            alpha=0.18,
            linewidth=0,
        )
    return line


def add_legend(figure: Figure, handles: Sequence[Artist], labels: Sequence[str]) -> None:
    """Put the names above the panels, in as many columns as the figure is wide enough for.

    Args:
        figure: The figure, with its panels drawn.
        handles: A line for each name.
        labels: The names; also those that begin with an underscore, which the panels' own legends leave out.
    """
    labels = [fill(label, _LABEL_WIDTH) for label in labels]
    for columns in range(len(labels), 0, -1):
        legend = figure.legend(handles, labels, loc="outside upper center", ncols=columns, frameon=False)
        take_no_word_for_markup(figure)
        figure.draw_without_rendering()
        if columns == 1 or legend.get_window_extent().width <= figure.bbox.width:
            return
        legend.remove()
