"""Picture of the loss over a pre-training run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nuner.data_builders.files.pictures import save_picture


def plot_loss_curve(log_history: Sequence[Mapping[str, Any]], path: str | Path) -> None:
    """Draw the training loss, and that of the validation split after each epoch, against the step.

    Args:
        log_history: `trainer.state.log_history`, or the same from `pretraining.json`.
        path: Image file; its ending chooses the format.

    Example:
        ```python
        >>> from nuner.quickstart.loss_curve import plot_loss_curve
        >>> plot_loss_curve(trainer.state.log_history, "loss.png")  # needs a training  # doctest: +SKIP

        ```
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, NullFormatter

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    for key, label, marker in (("loss", "training", ""), ("eval_loss", "validation", "o")):
        points = [(entry["step"], entry[key]) for entry in log_history if key in entry]
        if points:
            steps, losses = zip(*points, strict=True)
            axes.plot(steps, losses, marker=marker, markersize=5, linewidth=2, label=label)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("Training step")
    axes.set_ylabel("Loss for each positive pair")
    axes.grid(color="#dddddd", linewidth=0.7)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    save_picture(figure, path)
