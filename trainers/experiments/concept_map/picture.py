"""The concept map as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nuner.data_builders.files.pictures import save_picture
from nuner.data_builders.plain_console import shown

from .mapped_concept import MappedConcept

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# In inches: the longer side, and what is left free around the disks for names that reach beyond them.
_SIDE, _MARGIN = 12.0, 0.3
# In points: the radius of a disk for each unit of its size, the smallest and the largest letters, and the room around
# a name.
_RADIUS, _SMALLEST_TYPE, _LARGEST_TYPE, _PADDING = 1.25, 7.0, 17.0, 3.0
# Names that are tried: those of rarer concepts are for the page, which can be zoomed.
_NAMES_TRIED = 2500


def plot_concept_map(concepts: Sequence[MappedConcept], path: str | Path) -> None:
    """Draw concepts as disks, with the names of the most frequent ones for which there is room (figure 6).

    Args:
        concepts: What to draw, the most frequent first.
        path: Image file; its ending chooses the format.

    Example:
        ```python
        >>> from nuner.trainers.experiments.concept_map.picture import plot_concept_map
        >>> plot_concept_map(concepts, "concept_map.png")  # depends on the model  # doctest: +SKIP

        ```
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    places = np.array([(one.x, one.y) for one in concepts])
    sizes = np.array([one.size for one in concepts])
    width, height = np.maximum(np.ptp(places, axis=0) / 2 * (_SIDE - 2 * _MARGIN) + 2 * _MARGIN, _SIDE / 3)
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    middle = (places.max(0) + places.min(0)) / 2
    inches = 2 / (_SIDE - 2 * _MARGIN)
    axes.set_xlim(middle[0] - width / 2 * inches, middle[0] + width / 2 * inches)
    axes.set_ylim(middle[1] - height / 2 * inches, middle[1] + height / 2 * inches)
    axes.set_axis_off()
    # From the rarest on, so that the frequent ones lie on top.
    axes.scatter(
        *places[::-1].T,
        s=(2 * _RADIUS * sizes[::-1]) ** 2,
        c=[one.color for one in reversed(concepts)],
        alpha=0.7,
        linewidths=0,
    )
    _write_names(axes, concepts[:_NAMES_TRIED], float(sizes.max()))
    save_picture(figure, path)


def _write_names(axes: Axes, concepts: Sequence[MappedConcept], largest: float) -> None:
    """Write the name of each concept on its disk, unless it would touch one that is written or leave the picture."""
    from matplotlib.patheffects import withStroke

    taken = np.empty((0, 4))
    whole = axes.get_window_extent()
    for one in concepts:
        name = axes.text(
            one.x,
            one.y,
            shown(one.concept),
            size=_SMALLEST_TYPE + (_LARGEST_TYPE - _SMALLEST_TYPE) * (one.size / largest) ** 2,
            ha="center",
            va="center",
            color="#16191c",
            parse_math=False,
            path_effects=[withStroke(linewidth=2, foreground="white", alpha=0.85)],
        )
        box = name.get_window_extent().padded(_PADDING * axes.figure.dpi / 72)
        touching = (taken[:, 0] < box.x1) & (taken[:, 2] > box.x0) & (taken[:, 1] < box.y1) & (taken[:, 3] > box.y0)
        if touching.any() or box.x0 < 0 or box.y0 < 0 or box.x1 > whole.x1 or box.y1 > whole.y1:
            name.remove()
        else:
            taken = np.vstack([taken, box.extents])
