from math import log

import matplotlib
import pytest
from matplotlib.figure import Figure
from support.score_tables import NOT_TOLD, score_table

from nuner.trainers.experiments.results.pictures import bars, by_k, by_x, gains
from nuner.trainers.experiments.results.pictures.by_k import plot_by_k
from nuner.trainers.experiments.results.pictures.by_x import plot_by_x
from nuner.trainers.experiments.results.pictures.gains import plot_gains
from nuner.trainers.experiments.results.score_table import ScoreTable
from nuner.trainers.experiments.results.summary import Summary


@pytest.fixture
def drawn(monkeypatch):
    """Keep the figures that would be written."""
    figures: list[Figure] = []
    for module in (bars, by_k, by_x, gains):
        monkeypatch.setattr(module, "save_picture", lambda figure, path: figures.append(figure))
    return figures


def _by_concepts():
    scores = {
        "base": {"movies": {1: [[10.0, 12.0]]}, "genes": {1: [[20.0, 22.0]]}},
        **{
            f"{n} concepts{kind}": {
                "movies": {1: [[10 + log(n), 12 + log(n)]]},
                "genes": {1: [[20 + log(n), 22 + log(n)]]},
            }
            for n in (1500, 4, 18000)
            for kind in ("", ", equal")
        },
    }
    rows = [row for row in scores if row != "base"]
    return ScoreTable(
        "Concepts",
        "F1, in percent",
        scores,
        x={row: float(row.split()[0]) for row in rows} | {"18000 concepts, equal": 17900},
        series={row: "annotations held equal" for row in rows if row.endswith("equal")},
    )


def test_by_k_it_has_a_panel_for_each_group_and_their_mean(drawn):
    table = score_table(lacking=(("genes", 16),))
    plot_by_k(table, "by_k.png")
    (figure,) = drawn
    assert [axes.get_title() for axes in figure.axes] == ["movies", "genes", "mean of 2"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == table.rows
    for axes, group in zip(figure.axes, ("movies", "genes", None), strict=True):
        for line, row in zip(axes.get_lines(), table.rows, strict=True):
            ks = [1] if (row, group) == ("NuNER", "genes") else [1, 16]
            assert list(line.get_xdata()) == ks
            assert list(line.get_ydata()) == [table.mean(row, group, k) for k in ks]
    # The band is one standard deviation to each side.
    band = figure.axes[0].collections[0].get_paths()[0].get_extents()
    assert band.ymax == pytest.approx(
        max(table.mean("base", "movies", k) + table.standard_deviation("base", "movies", k) for k in (1, 16))
    )


def test_by_k_a_single_k_is_drawn_as_bars_with_their_numbers(drawn):
    table = score_table(ks=(1,))
    plot_by_k(table, "bars.png")
    (figure,) = drawn
    assert [axes.get_title() for axes in figure.axes] == ["movies", "genes", "mean of 2"]
    for axes, group in zip(figure.axes, ("movies", "genes", None), strict=True):
        means = [table.mean(row, group) for row in table.rows]
        assert [bar.get_width() for bar in axes.patches] == means
        assert [text.get_text() for text in axes.texts] == [f"{mean:.1f}" for mean in means]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == table.rows
    gray, *others = (bar.get_facecolor() for bar in figure.axes[0].patches)
    assert gray not in others


def test_by_k_one_sample_has_no_band(drawn):
    plot_by_k(score_table(("movies",), samples=1, runs=1), "by_k.png")
    assert not drawn[0].axes[0].collections
    assert len(drawn[0].axes) == 1


def test_by_x_it_has_a_line_a_series_and_a_level_for_rows_without(drawn):
    table = _by_concepts()
    plot_by_x(table, "by_x.png", "number of concepts")
    (figure,) = drawn
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert sorted(names) == ["annotations held equal", "base", "number of concepts"]
    for axes, group in zip(figure.axes, ("movies", "genes", None), strict=True):
        lines = dict(zip(names, axes.get_lines(), strict=True))
        assert list(lines["number of concepts"].get_xdata()) == [4, 1500, 18000]
        assert list(lines["number of concepts"].get_ydata()) == [
            table.mean(f"{n} concepts", group) for n in (4, 1500, 18000)
        ]
        assert set(lines["base"].get_ydata()) == {table.mean("base", group)}
        # 17,900 and 18,000 would lie on one another.
        assert [label.get_text() for label in axes.get_xticklabels()] == ["4", "1,500", "17,900"]
        assert axes.get_xscale() == "log"


def test_gains_are_bars_with_intervals_pale_where_zero_lies_within(drawn):
    summary = Summary.of(score_table())
    plot_gains(summary, "gains.png")
    (axes,) = drawn[0].axes
    assert [label.get_text() for label in axes.get_yticklabels()] == [NOT_TOLD, "NuNER"]
    pale, full = (bar.get_facecolor() for bar in axes.patches)
    assert pale != full
    for bar, interval, row in zip(axes.patches, axes.get_lines(), (NOT_TOLD, "NuNER"), strict=False):
        gain = summary.at(row).gain
        assert gain is not None
        assert bar.get_width() == pytest.approx(gain.mean)
        assert tuple(interval.get_xdata()) == gain.interval


def test_gains_over_different_rows_name_them(drawn):
    plot_gains(Summary.of(score_table(references={NOT_TOLD: "base", "NuNER": NOT_TOLD})), "gains.png")
    names = [label.get_text() for label in drawn[0].axes[0].get_yticklabels()]
    assert names == ["four concepts, over base", "NuNER, over four concepts"]


@pytest.mark.parametrize("groups", [("a",), ("a", "b", "c", "d"), tuple("abcdefgh")])
def test_every_column_of_panels_has_numbers_below_it(drawn, groups):
    plot_by_k(score_table(groups, ks=(1, 4)), "by_k.png")
    shown = [axes for axes in drawn[0].axes if axes.get_visible()]
    assert len(shown) == len(groups) + (len(groups) > 1)
    columns = {round(axes.get_subplotspec().colspan.start) for axes in shown}
    numbered = {
        axes.get_subplotspec().colspan.start
        for axes in shown
        if any(label.get_visible() and label.get_text() for label in axes.get_xticklabels())
    }
    assert numbered == columns


def test_long_names_stay_within_the_picture(drawn):
    long = "/home/somebody/encoders/_an-encoder-with-a-long-name-that-goes-on-and-on"
    table = score_table()
    scores = {f"{long}-{row}": of_row for row, of_row in table.scores.items()}
    base = f"{long}-base"
    renamed = ScoreTable(table.title, table.metric, scores, references={row: base for row in scores if row != base})
    plot_by_k(renamed, "by_k.png")
    plot_gains(Summary.of(renamed), "gains.png")
    for figure in drawn:
        figure.draw_without_rendering()
        for shown in (*figure.legends, *figure.texts, *figure.axes[0].get_yticklabels()):
            extent = shown.get_window_extent()
            assert extent.x0 >= -1 and extent.x1 <= figure.bbox.width + 1


def test_the_pictures_are_written(tmp_path):
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        plot_by_k(score_table(("$x$ movies",)), tmp_path / "by_k.svg")
    plot_by_x(_by_concepts(), tmp_path / "by_x.png", "number of concepts")
    plot_gains(Summary.of(score_table()), tmp_path / "gains.png")
    assert ">$x$ movies<" in (tmp_path / "by_k.svg").read_text()
    for name in ("by_x.png", "gains.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("bases", [1, 2])
def test_lines_that_others_are_compared_with_are_dashed_and_can_be_told_apart(drawn, bases):
    names = ["small", "large"]
    scores = {row: {"movies": {1: [[10.0, 12.0]], 4: [[20.0, 22.0]]}} for row in [*names, "new small", "new large"]}
    references = {f"new {name}": names[number % bases] for number, name in enumerate(names)}
    plot_by_k(ScoreTable("Encoders", "F1, in percent", scores, references), "by_k.png")
    lines = dict(zip(scores, drawn[0].axes[0].get_lines(), strict=True))
    dashed = {row for row, line in lines.items() if line.get_linestyle() == "--"}
    assert dashed == set(references.values())
    assert len({(line.get_color(), line.get_linestyle()) for line in lines.values()}) == len(lines)
    if bases == 2:
        assert all(lines[row].get_color() == lines[reference].get_color() for row, reference in references.items())


def test_a_single_sample_has_no_band_to_tell_of(drawn):
    plot_by_k(score_table(samples=1), "picture.png")
    assert drawn[0].get_supxlabel() == "k (a single sample)"
