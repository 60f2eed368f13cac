import json

import pytest
import typer
from typer.testing import CliRunner

from nuner.cli.training.benchmark import benchmark


@pytest.fixture
def run():
    app = typer.Typer()
    app.command()(benchmark)
    return lambda *arguments: CliRunner().invoke(app, [str(a) for a in arguments])


def test_the_support_tickets_are_the_default(run, tiny_bert_dir, tmp_path):
    outcome = run(
        f"first={tiny_bert_dir}",
        tiny_bert_dir,
        "--k",
        1,
        "--k",
        2,
        "--seeds",
        2,
        "--max-test",
        20,
        "--output",
        tmp_path / "o",
    )
    assert outcome.exit_code == 0, outcome.output
    written = json.loads((tmp_path / "o" / "few_shot.json").read_text())
    assert list(written["results"]) == ["first", tiny_bert_dir.name]
    assert written["measured"]["data_sets"]["support-tickets"]["test_sentences"] == 20
    assert written["results"]["first"] == written["results"][tiny_bert_dir.name]
    assert f"{written['results']['first']['support-tickets']['2']['mean']:.1f}" in outcome.output
    assert (tmp_path / "o" / "few_shot.png").read_bytes().startswith(b"\x89PNG")


def test_a_folder_of_json_lines(run, tiny_bert_dir, tmp_path):
    row = json.dumps({"tokens": ["paris", "works"], "tags": ["S-LOC", "O"]}) + "\n"
    (tmp_path / "train.jsonl").write_text(row * 3)
    (tmp_path / "test.jsonl").write_text(row * 2)
    outcome = run(tiny_bert_dir, "--data", tmp_path, "--k", 1, "--seeds", 1, "-o", tmp_path / "o")
    assert outcome.exit_code == 0, outcome.output
    assert (tmp_path / "o" / "few_shot.json").exists()


def test_one_file_whose_columns_are_named(run, tiny_bert_dir, tmp_path):
    (tmp_path / "places.tsv").write_text("paris\tS-LOC\tS-X\nworks\tO\tO\n\n" * 10)
    outcome = run(
        *(tiny_bert_dir, "--data", tmp_path / "places.tsv", "--words-column", 0, "--tags-column", 1),
        *("--scheme", "BIOES", "--k", 1, "--seeds", 1, "-o", tmp_path / "o"),
    )
    assert outcome.exit_code == 0, outcome.output
    assert "2 of its 10 sentences (drawn with seed 0) are held out" in outcome.output
    measured = json.loads((tmp_path / "o" / "few_shot.json").read_text())["measured"]["data_sets"]["places.tsv"]
    assert (measured["train_sentences"], measured["test_sentences"], measured["types"]) == (8, 2, ["LOC"])


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (["--k", "500"], ValueError, "k = 500 is too large: there are "),
        (["--data", "./absent"], FileNotFoundError, "no labelled data set at"),
        (["--k", "0"], ValueError, "ks must be different numbers"),
    ],
)
def test_bad_input_is_one_clear_error(run, tiny_bert_dir, tmp_path, options, error, message):
    outcome = run(tiny_bert_dir, *options, "-o", tmp_path)
    assert isinstance(outcome.exception, error)
    assert message in str(outcome.exception)


def test_an_encoder_that_does_not_exist_or_comes_twice(run, tiny_bert_dir, tmp_path):
    missing = run(tmp_path / "absent", "--k", 1, "-o", tmp_path)
    assert "there is no encoder" in str(missing.exception)
    twice = run(tiny_bert_dir, tiny_bert_dir, tiny_bert_dir, "--k", 1, "-o", tmp_path)
    assert "given twice" in str(twice.exception)
