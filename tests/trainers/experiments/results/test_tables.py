import io

import pytest
from markdown_it import MarkdownIt
from support.score_tables import score_table

from nuner.data_builders.plain_console import PlainConsole
from nuner.trainers.experiments.results.layout import NOTHING, Layout
from nuner.trainers.experiments.results.markdown import markdown_table
from nuner.trainers.experiments.results.summary import Summary
from nuner.trainers.experiments.results.terminal import rich_table


def _printed(layout):
    out = io.StringIO()
    PlainConsole(file=out, width=80).print(rich_table(layout))
    return out.getvalue()


def test_scores_gains_and_marks():
    table = score_table(lacking=(("genes", 16),))
    layout = Layout.of(Summary.of(table))
    assert layout.header == ["k=1", "k=16", "mean"]
    assert [section.title for section in layout.sections] == ["movies", "genes", "mean of 2"]
    movies, genes = layout.sections[0].lines, layout.sections[1].lines
    assert [line.name for line in movies] == ["base", "four concepts", "gain", "NuNER", "gain"]
    assert (
        movies[0].cells[0]
        == f"{table.mean('base', 'movies', 1):.1f} ±{table.standard_deviation('base', 'movies', 1):.1f}"
    )
    assert movies[2].cells == ["(+0.0)", "(+0.0)", "(+0.0)"]
    assert movies[4].cells == ["+10.5", "+10.5", "+10.5"]
    assert (
        genes[0].cells[1]
        == f"{table.mean('base', 'genes', 16):.1f}† ±{table.standard_deviation('base', 'genes', 16):.1f}"
    )
    assert (genes[3].cells[1], genes[4].cells[1]) == (NOTHING, NOTHING)
    assert genes[0].cells[2] == f"{table.mean('base', 'genes', 1):.1f}"
    assert any("genes at k=16" in note for note in layout.notes)


def test_notes_say_what_was_measured():
    several = Layout.of(Summary.of(score_table(notes=("genes: cut to 1,000 sentences",))))
    assert several.notes[0] == (
        "Macro-averaged token F1 without O, in percent, mean ± standard deviation over 8 training samples "
        "of the mean over 2 seeds of the pre-training"
    )
    assert several.notes[1].startswith("Gain over base on the same samples; in parentheses")
    assert several.notes[2:] == ["genes: cut to 1,000 sentences"]
    single = Layout.of(Summary.of(score_table(samples=1, runs=1, references={})))
    assert single.notes == ["Macro-averaged token F1 without O, in percent, of a single sample"]
    assert not any("±" in cell for section in single.sections for line in section.lines for cell in line.cells)


def test_title_and_notes_are_not_folded_to_the_width_of_a_narrow_table():
    table = score_table(
        ("movies",), (1,), samples=1, runs=1, references={}, title="A frozen encoder and a linear layer"
    )
    lines = _printed(Layout.of(Summary.of(table))).splitlines()
    assert lines[0] == "A frozen encoder and a linear layer"
    assert lines[-1] == "Macro-averaged token F1 without O, in percent, of a single sample"


def test_gains_over_different_rows_name_them():
    layout = Layout.of(Summary.of(score_table(references={"four concepts": "base", "NuNER": "four concepts"})))
    assert [line.name for line in layout.sections[0].lines if line.is_gain] == [
        "gain over base",
        "gain over four concepts",
    ]


def test_one_group_and_one_k_are_not_repeated_as_a_mean():
    layout = Layout.of(Summary.of(score_table(groups=("movies",), ks=(16,))))
    assert layout.header == ["k=16"]
    assert [section.title for section in layout.sections] == [None]


@pytest.mark.parametrize("ks", [(1, 4, 16, 64), (1, 2, 4, 8, 16, 32, 64)])
def test_on_the_terminal_everything_stands_within_80_columns(ks):
    layout = Layout.of(Summary.of(score_table(("mit-movie-trivia", "genes"), ks, title="[bold]Encoders[/]")))
    printed = _printed(layout)
    assert max(map(len, printed.splitlines())) <= 80
    assert "…" not in printed
    assert "[bold]Encoders[/]" in printed
    words = printed.replace("\n", " ")
    for line in (line for section in layout.sections for line in section.lines):
        for cell in line.cells:
            assert all(part in words for part in cell.split())


def test_in_markdown_each_cell_stands_in_its_place():
    layout = Layout.of(Summary.of(score_table(("mo|vies*", "genes"), title="Encoders", notes=("a note.", "b <i>"))))
    html = MarkdownIt("commonmark").enable("table").render(markdown_table(layout))
    rows = [row.split("</td>")[:-1] for row in html.split("<tr>")[2:]]
    assert {len(row) for row in rows} == {4}
    assert "<strong>mo|vies*</strong>" in html
    assert "a note. b &lt;i&gt;." in html
    flat = [cell.rsplit(">", 1)[-1] for row in rows for cell in row[1:] if "<strong>" not in row[0]]
    assert flat == [cell for section in layout.sections for line in section.lines for cell in line.cells]
