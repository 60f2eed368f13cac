"""A panel for each group of a score table, and one for their mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nuner.trainers.few_shot.panels import figure_of_panels

from ..score_table import ScoreTable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Of what others are compared with.
REFERENCE_COLOR = "0.45"


def group_panels(table: ScoreTable) -> tuple[Figure, list[tuple[Axes, str | None]]]:
    """Make a figure with a panel for each group of a table, and one for their mean if there are several.

    Args:
        table: The scores.

    Returns:
        The figure, and its panels with their groups; that of the mean has None.

    Raises:
        ImportError: If matplotlib, of the extra `plot`, is not installed.
    """
    groups = [*table.groups, None] if len(table.groups) > 1 else [*table.groups]
    figure, panels = figure_of_panels([f"mean of {len(table.groups)}" if name is None else name for name in groups])
    return figure, list(zip(panels, groups, strict=True))


def samples_shown(table: ScoreTable) -> str:
    """Say what a line and its band are made of.

    Args:
        table: The scores.
    """
    samples = f"{table.samples} {table.samples_are}, band of one standard deviation"
    return "a single sample" if table.samples == 1 else samples
