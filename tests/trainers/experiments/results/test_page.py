import base64
from html import unescape

import pytest
from support.narrow_page import narrow_page, needs_chromium
from support.score_tables import score_table

from nuner.data_builders.pages.html_page import Picture
from nuner.trainers.experiments.results.page import ExperimentReport, PaperFigures, write_experiments_page
from nuner.trainers.experiments.results.pictures.by_k import plot_by_k

_KS = (1, 2, 4, 8, 16, 32, 64)


@pytest.fixture
def page(tmp_path):
    table = score_table(("movies", "genes"), _KS, lacking=(("genes", 64),), notes=("cut to <1000> sentences",))
    plot_by_k(table, tmp_path / "by_k.png")
    entries = {"settings": "ks: [1, 16]\n", "facts": {"machine": "2 cores", "time": "9 min"}}
    reports = [
        ExperimentReport(
            "few-shot-frozen",
            "Frozen encoders",
            "section 4.1, figure 7",
            "A linear layer on each.",
            [table],
            "nuner experiment few-shot-frozen",
            pictures=[Picture(tmp_path / "by_k.png", "F1 against k.")],
            paper=PaperFigures("Table 4, other data.", ["k=1", "k=4"], {"RoBERTa": ["24.5 ±3.2", "44.7"]}),
            notes=["<script>alert(1)</script>"],
            **entries,
        ),
        ExperimentReport(
            "recipe", "What makes it work", "our own", "One change each.", [score_table(("movies",))], "x", **entries
        ),
    ]
    write_experiments_page(reports, tmp_path / "report.html")
    return tmp_path / "report.html"


def test_it_has_all_of_each_experiment(page):
    text = unescape(page.read_text(encoding="utf-8"))
    for shown in (
        "Frozen encoders",
        "section 4.1, figure 7",
        "A linear layer on each.",
        "mean of 2",
        "genes at k=64",
        "cut to <1000> sentences",
        "Table 4, other data.",
        "nuner experiment few-shot-frozen",
        "ks: [1, 16]",
        "2 cores",
        "What makes it work",
        base64.b64encode((page.parent / "by_k.png").read_bytes()).decode(),
    ):
        assert shown in text


@needs_chromium
def test_on_a_telephone_it_is_not_wider_than_the_screen_and_asks_for_nothing(page):
    with narrow_page(page) as shown:
        for details in shown.locator("details").all():
            details.locator("summary").click()
        assert shown.locator("nav a").all_inner_texts() == ["Frozen encoders", "What makes it work"]
        table = shown.locator("#few-shot-frozen ~ .scroll").first
        # The names of the rows stay where they are when the figures are moved.
        table.evaluate("element => element.scrollLeft = 200")
        name = table.locator("tbody th", has_text="NuNER").bounding_box()
        assert name["x"] >= 0
        assert table.locator("td.up").first.inner_text().startswith("+10")
        unsure = table.locator("td.unsure").first
        assert unsure.inner_text() == "(+0.0)"
        shown.locator("nav a", has_text="What makes it work").click()
        assert shown.evaluate("location.hash") == "#recipe"
        assert shown.locator("#recipe").bounding_box()["y"] < 200
