"""Picture of gains with their intervals."""

from __future__ import annotations

import os
from math import isnan
from textwrap import fill

from nuner.data_builders.files.pictures import save_picture
from nuner.trainers.few_shot.panels import new_figure

from ..layout import signed
from ..significance import CONFIDENCE
from ..summary import Summary

_TOLD, _NOT_TOLD = "#1f77b4", "#b9c4cf"
# In characters.
_NAME_WIDTH, _TITLE_WIDTH, _LABEL_WIDTH = 38, 60, 90


def plot_gains(summary: Summary, path: str | os.PathLike[str]) -> None:
    """Draw what each row gains or loses, averaged over groups and k: a bar with its interval, pale if it holds zero.

    Args:
        summary: A table with its figures, of which some have a reference.
        path: Image file, in a folder that is there; its ending chooses the format.

    Raises:
        ImportError: If matplotlib, of the extra `plot`, is not installed.
    """
    references = summary.table.references
    gains = {row: gain for row in references if (gain := summary.at(row).gain) is not None and not isnan(gain.mean)}
    over = set(references.values())
    names = [fill(row if len(over) == 1 else f"{row}, over {references[row]}", _NAME_WIDTH) for row in gains]
    figure = new_figure(8, 1.5 + 0.25 * sum(name.count("\n") + 1.6 for name in names))
    axes = figure.subplots()
    for place, gain in enumerate(gains.values()):
        axes.barh(place, gain.mean, height=0.62, color=_TOLD if gain.told_from_zero else _NOT_TOLD)
        low, high = gain.interval or (gain.mean, gain.mean)
        axes.plot([low, high], [place, place], color="0.2", linewidth=1.2, marker="|", markersize=7)
        axes.annotate(
            signed(gain.mean), (max(high, 0), place), (6, 0), textcoords="offset points", va="center", fontsize=9
        )
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.margins(x=0.1)
    axes.axvline(0, color="0.2", linewidth=0.8)
    axes.grid(axis="x", alpha=0.3)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    figure.suptitle(fill(f"Gain over {over.pop()}" if len(over) == 1 else "Gain", _TITLE_WIDTH))
    measured = f"{summary.table.metric}: points gained, with {CONFIDENCE:.0%} intervals (pale: zero lies within)"
    figure.supxlabel(fill(measured, _LABEL_WIDTH), fontsize=9)
    save_picture(figure, path)
