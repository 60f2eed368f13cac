"""Picture of a few-shot comparison."""

from __future__ import annotations

from math import ceil
from pathlib import Path

from nuner.data_builders.files.pictures import save_picture

from .result import AVERAGE, FewShotResult

_MOST_COLUMNS = 4


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
        >>> result = compare_encoders({"NuNER": "nuner"}, ["support-tickets"])  # needs an encoder  # doctest: +SKIP
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
        axis.set_title(data_set if data_set != AVERAGE else f"average of the {len(panels) - 1} data sets")
        axis.set_xscale("log", base=2)
        axis.set_xticks(result.ks, [str(k) for k in result.ks])
        axis.minorticks_off()
        axis.grid(alpha=0.3)
    for axis in axes.flat[len(panels) :]:
        axis.set_visible(False)
    seeds = len(result.settings["seeds"])
    figure.supxlabel(f"k (annotations a type: k to 2k; {seeds} samples, band of one standard deviation)", fontsize=9)
    figure.supylabel("macro token F1 without O, %", fontsize=9)
    # Given with their labels: on its own, a legend leaves out names that begin with an underscore.
    lines = axes[0][0].get_lines()
    figure.legend(lines, result.encoders, loc="outside upper center", ncols=len(lines), frameon=False)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_picture(figure, path)
