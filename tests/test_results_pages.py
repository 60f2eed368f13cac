"""The pages of docs/results say what was measured: their tables are those of the figures beside them."""

import json
from pathlib import Path

import pytest

from nuner.trainers.experiments.all_experiments import EXPERIMENTS
from nuner.trainers.experiments.results.layout import Layout
from nuner.trainers.experiments.results.markdown import markdown_table
from nuner.trainers.experiments.results.score_table import ScoreTable
from nuner.trainers.experiments.results.summary import Summary
from nuner.trainers.experiments.settings.reading import read_settings

RESULTS = Path(__file__).parents[1] / "docs" / "results"


def experiment_of(page):
    return page.read_text(encoding="utf-8").partition("\nnuner experiment ")[2].partition(" ")[0]


PAGES = sorted(page for page in RESULTS.glob("*.md") if experiment_of(page))
NAMES = [page.stem for page in PAGES if page.with_suffix(".json").exists()]


def test_each_experiment_that_has_a_page_is_known():
    assert {experiment_of(page) for page in PAGES} <= EXPERIMENTS.keys()
    assert EXPERIMENTS.keys() & {page.stem for page in RESULTS.glob("*.md")} <= {page.stem for page in PAGES}


def settings_of(page):
    return page.rpartition("```yaml\n")[2].partition("```")[0]


@pytest.mark.parametrize("name", NAMES)
def test_tables_are_those_of_the_figures(name):
    page = (RESULTS / f"{name}.md").read_text(encoding="utf-8")
    tables = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))["tables"]
    assert tables
    for table in tables:
        rows = markdown_table(Layout.of(Summary.of(ScoreTable.from_dict(table)))).partition("\n\n")[0]
        assert rows in page


@pytest.mark.parametrize("name", NAMES)
def test_claims_are_judged_as_the_figures_say(name):
    page = (RESULTS / f"{name}.md").read_text(encoding="utf-8")
    result = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    experiment = EXPERIMENTS[experiment_of(RESULTS / f"{name}.md")]
    settings = read_settings(experiment.settings, settings_of(page), name)
    tables = [ScoreTable.from_dict(table) for table in result["tables"]]
    claims = [claim.to_dict() for claim in experiment.claims(settings, tables)]
    assert claims == result["claims"]
    for claim in claims:
        assert f"{claim['verdict']}. {claim['evidence']}" in page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_settings_can_be_run_and_pictures_are_there(page):
    text = page.read_text(encoding="utf-8")
    read_settings(EXPERIMENTS[experiment_of(page)].settings, settings_of(text), page.name)
    pictures = [part.partition(")")[0] for part in text.split("](")[1:] if part.partition(")")[0].endswith(".png")]
    assert pictures and all((RESULTS / picture).is_file() for picture in pictures)


@pytest.mark.parametrize(
    ("figures", "columns"),
    [
        (
            "gpu-pretraining",
            "| {batch_size} | {variant} | {sentences_a_second:,.0f} | {times_naive_bf16:.2f} "
            "| {share_of_the_peak:.1%} | {minutes_of_the_papers_run:.0f} |",
        ),
        (
            "gpu-recognition",
            "| {candidate} | {texts_a_second:,.0f} | {times_the_pipeline_bf16:.2f} | {share_of_the_peak:.1%} |",
        ),
    ],
)
def test_the_gpu_tables_are_those_of_the_figures(figures, columns):
    page = (RESULTS / "gpu.md").read_text(encoding="utf-8")
    measured = json.loads((RESULTS / f"{figures}.json").read_text(encoding="utf-8"))
    assert f"python benchmarks/{figures.replace('-', '_')}.py" in page
    for row in measured["results"]:
        assert columns.format(**row) in page.splitlines()


def test_the_table_of_large_corpora_is_that_of_the_figures():
    page = (RESULTS / "large-corpora.md").read_text(encoding="utf-8")
    measured = json.loads((RESULTS / "large-corpora.json").read_text(encoding="utf-8"))
    assert "python benchmarks/large_pretraining.py" in page
    columns = (
        "| {sentences:,} | {cache} | {first_line} | {first_step} | {first_step_processor} | {peak_gib} "
        "| {milliseconds_a_step} |"
    )
    assert len(measured["results"]) >= 5
    for row in measured["results"]:
        assert columns.format(**row) in page.splitlines()


@pytest.mark.parametrize("order", ["instructive", "random"])
def test_the_tables_of_the_studio_are_those_of_the_figures(order):
    page = (RESULTS / "studio.md").read_text(encoding="utf-8").splitlines()
    figures = json.loads((RESULTS / "studio.json").read_text(encoding="utf-8"))
    for name, found in figures["results"].items():
        measured = found[order]
        right, f1 = (
            " | ".join(f"{100 * measured[figure][after]:.1f}" for after in shown)
            for figure, shown in (("suggested_right", ("0", "10", "50")), ("f1", ("0", "10", "20", "50", "65", "100")))
        )
        assert f"| {name} | {order} | {right} |" in page
        assert f"| {name} | {order} | {f1} |" in page
        keys, by_hand = measured["key_presses"], measured["by_hand"]
        assert f"| {name} | {order} | {keys:.1f} | {by_hand:.1f} | {keys / by_hand:.0%} |" in page
