"""`nuner sentences`."""

import json

import pytest
from support.cli_runs import nuner


@pytest.fixture
def text_file(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_bytes("Ada met Bo in Zürich. It rained a lot.\nok\nAda met Bo in Zürich.\n".encode() + b"\xff bad\n")
    return path


def test_sentences_go_to_standard_output_and_the_account_to_standard_error(text_file):
    result = nuner("sentences", text_file)
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["text"] for row in rows] == ["Ada met Bo in Zürich.", "It rained a lot."]
    assert {row["source"] for row in rows} == {"notes.txt"}
    assert "3 texts, 4 sentences, 2 kept, 2 written." in result.stderr
    assert "repeated: 1" in result.stderr
    assert f"{text_file}:4: the line is not valid UTF-8" in result.stderr


def test_every_option_reaches_the_sentences(tmp_path):
    source = tmp_path / "rows.csv"
    source.write_text("body,lang\nOne. Two.,en\nUn. Deux.,fr\nUn. Deux.,fr\nTrois 4.,fr\n")
    output, report = tmp_path / "out.jsonl", tmp_path / "new" / "report.json"
    columns = ["--text-column", "body", "--language-column", "lang", "--language", "fr", "--source-name", "mine"]
    filters = ["--min-words", 1, "--max-words", 2, "--min-letters", 0.72, "--keep-repeated", "--no-segment"]
    sample = ["--sample", 5, "--seed", 1, "--max-texts", 4]
    result = nuner("sentences", source, *columns, *filters, *sample, "--output", output, "--report", report)
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    (row,) = map(json.loads, output.read_text(encoding="utf-8").splitlines())
    assert (row["text"], row["language"], row["source"]) == ("Un. Deux.", "fr", "mine")
    figures = json.loads(report.read_text(encoding="utf-8"))
    assert (figures["texts"], figures["kept"], figures["written"]) == (4, 2, 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["absent.txt"], "No file is at 'absent.txt'"),
        (["{file}", "--config", "en"], "the source is files"),
        (["{file}", "--sample", "0"], "size of the sample is 0"),
        (["{file}", "--output", "out.csv"], "neither .jsonl nor .parquet"),
        (["{file}", "--min-words", "5", "--max-words", "2"], "--min-words is 5"),
        (["{file}", "--language", "en", "--language", "fr"], "no column that tells them apart"),
    ],
)
def test_bad_input_is_said_in_one_line(text_file, options, message, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    result = nuner("sentences", *[str(option).format(file=text_file) for option in options])
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
