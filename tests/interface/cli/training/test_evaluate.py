import json

import pytest
from support.cli_runs import nuner
from support.tiny_bi_encoder import save_tiny_bi_encoder
from support.tiny_recognizer import save_tiny_recognizer


@pytest.fixture(scope="module")
def model(tiny_bert_dir, tmp_path_factory):
    return save_tiny_recognizer(tiny_bert_dir, tmp_path_factory.mktemp("evaluated"))


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    for split in ("train", "test"):
        rows = [
            {"tokens": ["acme", "visited", "paris"], "tags": ["B-person", "O", "B-city"]},
            {"text": "berlin paid", "entities": [{"start": 0, "end": 6, "label": "city"}]},
        ]
        (folder / f"{split}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return folder


def test_figures_and_page_are_written(model, data, tmp_path):
    result = nuner(
        "evaluate", model, "--data", data, "-o", tmp_path / "figures.json", "--html", tmp_path / "page.html"
    )
    assert result.exit_code == 0, result.output
    figures = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert figures["measured_on"] == {
        "recognizer": str(model),
        "data_set": str(data),
        "split": "test",
        "sentences": 2,
    }
    assert f"F1 {100 * figures['scores']['f1']:.2f}" in result.stdout
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_single_file_is_measured_whatever_its_name(model, data, tmp_path):
    result = nuner("evaluate", model, "--data", data / "train.jsonl", "-o", tmp_path / "figures.json")
    assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))["measured_on"]["split"] == "train"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--split", "dev"], "has no split 'dev', only "),
        (["--data", "support-tickets"], "have no type in common"),
    ],
)
def test_what_cannot_be_measured_is_told_in_a_sentence(model, data, options, sentence, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    result = nuner("evaluate", model, "--data", data, *options)
    assert result.exit_code == 2 and sentence in result.stderr


def test_a_bi_encoder_is_measured_on_the_types_that_are_named(tiny_bert_dir, data, tmp_path):
    bi_encoder = save_tiny_bi_encoder(tiny_bert_dir, tmp_path / "bi")
    output = tmp_path / "figures.json"
    result = nuner("evaluate", bi_encoder, "--data", data, "--label", "city", "--label", "day", "-o", output)
    assert result.exit_code == 0, result.output
    figures = json.loads(output.read_text(encoding="utf-8"))
    assert figures["unknown_types"] == ["person"] and figures["unlabelled_types"] == ["day"]
    assert sum(figures["errors"]["city"].values()) >= 2
    assert figures["measured_on"]["labels"] == {"city": "city", "day": "day"}
    unnamed = nuner("evaluate", bi_encoder, "--data", data, "-o", output)
    assert unnamed.exit_code == 2 and "by --label" in unnamed.stderr


def test_a_threshold_and_types_are_measured_and_noted(model, data, tmp_path):
    output = tmp_path / "figures.json"
    options = ("--label", "city", "--threshold", 0.999)
    result = nuner("evaluate", model, "--data", data, "-o", output, *options)
    assert result.exit_code == 0, result.output
    figures = json.loads(output.read_text(encoding="utf-8"))
    assert figures["measured_on"]["labels"] == {"city": "city"} and figures["measured_on"]["threshold"] == 0.999
    assert figures["unknown_types"] == ["person"] and figures["scores"]["recall"] == 0
    refused = nuner("evaluate", model, "--data", data, "--label", "drug")
    assert refused.exit_code == 2 and "has no type 'drug'" in refused.stderr
