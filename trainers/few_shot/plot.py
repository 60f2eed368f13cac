"""Picture of a few-shot comparison."""

from __future__ import annotations

from pathlib import Path

from nuner.data_builders.files.pictures import save_picture

from .panels import add_legend, draw_line, figure_of_panels, ticks_at
from .result import AVERAGE, FewShotResult


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
    shown = [*result.data_sets, AVERAGE] if len(result.data_sets) > 1 else result.data_sets
    titles = [name if name != AVERAGE else f"average of the {len(shown) - 1} data sets" for name in shown]
    figure, panels = figure_of_panels(titles)
    for panel, data_set in zip(panels, shown, strict=True):
        for encoder in result.encoders:
            means = [result.mean(encoder, data_set, k) for k in result.ks]
            spreads = [result.standard_deviation(encoder, data_set, k) for k in result.ks]
            draw_line(panel, result.ks, means, spreads)
        ticks_at(panel, result.ks)
    seeds = len(result.settings["seeds"])
    figure.supxlabel(f"k (annotations a type: k to 2k; {seeds} samples, band of one standard deviation)", fontsize=9)
    figure.supylabel("macro token F1 without O, %", fontsize=9)
    add_legend(figure, panels[0].get_lines(), result.encoders)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_picture(figure, path)
