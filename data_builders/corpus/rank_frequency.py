"""The picture of a corpus: how often each concept was annotated, by rank."""

from __future__ import annotations

from os import PathLike
from textwrap import fill

from ..files.pictures import save_picture
from .statistics import TOP_SIZES, CorpusStatistics

# In characters, of a title over the whole picture.
_TITLE_WIDTH = 60

RANK_FREQUENCY_PICTURE = "rank-frequency.png"
"""Name of the picture in the folder of a corpus, and of what was made from one."""


def plot_rank_frequency(
    statistics: CorpusStatistics, path: str | PathLike[str], title: str = "Concept frequency by rank"
) -> None:
    """Draw the number of annotations of each concept against its rank, on two logarithmic axes.

    Figure 4 of the paper.

    Args:
        statistics: What to draw.
        path: Where to write the picture; its suffix names the format (`.png`, `.svg`, `.pdf`);
            `.png` is added where there is none.
        title: Stands above the picture.

    Raises:
        ValueError: If there are no annotations, or the format is unknown.
        ImportError: If matplotlib, of the extra `plot`, is not installed.
    """
    if not statistics.annotations:
        raise ValueError("The corpus has no annotations, so there is no concept to draw.")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, NullFormatter

    counts = list(statistics.concept_counts.values())
    # A Figure of its own, not pyplot: no global state, and no window system is looked for.
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot(range(1, len(counts) + 1), counts, color="#1f5fa8", linewidth=2, marker="o", markersize=2.5)
    axes.set(xscale="log", yscale="log", xlim=(0.8, len(counts) * 1.6), ylim=(0.8, counts[0] * 2))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}" if value >= 1 else ""))
        axis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("Rank of the concept")
    axes.set_ylabel("Annotations of the concept")
    axes.set_title(f"{fill(title, _TITLE_WIDTH)}\n", fontsize=12, fontweight="bold", loc="left")
    figures = (
        f"{statistics.annotations:,} annotations, {statistics.unique_concepts:,} concepts; "
        "red: share of the annotations"
    )
    axes.text(0, 1.02, figures, transform=axes.transAxes, color="#444444", fontsize=9, in_layout=False)
    axes.grid(which="major", color="#dddddd", linewidth=0.7)
    axes.spines[["top", "right"]].set_visible(False)
    for size in TOP_SIZES:
        if size < len(counts):
            axes.plot(size, counts[size - 1], "o", color="#c2410c", markersize=6)
            label = f"top {size:,}: {statistics.top_share(size):.1%}"
            axes.annotate(
                label,
                (size, counts[size - 1]),
                (8, 6),
                textcoords="offset points",
                color="#c2410c",
                fontsize=9,
            )
    save_picture(figure, path)
