"""Picture of a few-shot comparison."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

from nuner.data_builders.files.pictures import save_picture, take_no_word_for_markup

from .result import AVERAGE, FewShotResult

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

_MOST_COLUMNS = 4
# In characters: a panel, and the narrowest figure, are wide enough for so many.
_TITLE_WIDTH, _LABEL_WIDTH = 34, 60


def plot_few_shot(result: FewShotResult, path: str | Path) -> None:
    """Draw F1 against k as in figure 7 of the paper: a panel for each data set and one for their average.

    A line is the mean over the samples, its band one standard deviation to each side.

    Args:
        result: What `compare_encoders` returned.
        path: Image file; its ending chooses the format.

    Raises:
        ImportError: If matplotlib, of the extra `plot`, is not installed.

    Example:
        ```python
        >>> from nuner import compare_encoders, plot_few_shot
        >>> result = compare_encoders({"NuNER": "runs/x"}, ["support-tickets"])  # needs an encoder  # doctest: +SKIP
        >>> plot_few_shot(result, "few_shot.png")  # needs an encoder  # doctest: +SKIP

        ```
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError("the picture needs matplotlib; install it with: pip install 'nuner[plot]'") from error

    panels = [*result.data_sets, AVERAGE] if len(result.data_sets) > 1 else result.data_sets
    columns = min(len(panels), _MOST_COLUMNS)
    rows = ceil(len(panels) / columns)
    # One panel alone is as wide as the words below it need.
    figure = Figure(figsize=(max(6.4, 1.2 + 3.4 * columns), 1.5 + 2.9 * rows), layout="constrained")
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for axis, data_set in zip(axes.flat, panels, strict=False):
        for encoder in result.encoders:
            means = [result.mean(encoder, data_set, k) for k in result.ks]
            spreads = [result.standard_deviation(encoder, data_set, k) for k in result.ks]
            (line,) = axis.plot(result.ks, means, marker="o", markersize=4, label=encoder)
            axis.fill_between(
                result.ks,
                [mean - spread for mean, spread in zip(means, spreads, strict=True)],
                [mean + spread for mean, spread in zip(means, spreads, strict=True)],
                color=line.get_color(),
                alpha=0.18,
                linewidth=0,
            )
        title = data_set if data_set != AVERAGE else f"average of the {len(panels) - 1} data sets"
        axis.set_title(fill(title, _TITLE_WIDTH))
        axis.set_xscale("log", base=2)
        axis.set_xticks(result.ks, [str(k) for k in result.ks])
        axis.minorticks_off()
        axis.grid(alpha=0.3)
    for axis in axes.flat[len(panels) :]:
        axis.set_visible(False)
    seeds = len(result.settings["seeds"])
    figure.supxlabel(f"k (annotations a type: k to 2k; {seeds} samples, band of one standard deviation)", fontsize=9)
    figure.supylabel("macro token F1 without O, %", fontsize=9)
    # Not asked of the axes, which leave out names that begin with an underscore.
    _add_legend(figure, axes[0][0].get_lines(), result.encoders)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_picture(figure, path)


def _add_legend(figure: Figure, handles: Sequence[Artist], labels: Sequence[str]) -> None:
    """Put the names above the panels, in as many columns as the figure is wide enough for."""
    labels = [fill(label, _LABEL_WIDTH) for label in labels]
    for columns in range(len(labels), 0, -1):
        legend = figure.legend(handles, labels, loc="outside upper center", ncols=columns, frameon=False)
        take_no_word_for_markup(figure)
        figure.draw_without_rendering()
        if columns == 1 or legend.get_window_extent().width <= figure.bbox.width:
            return
        legend.remove()
