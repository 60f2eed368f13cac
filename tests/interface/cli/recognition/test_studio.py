"""`nuner studio`: what it refuses, and the page that it opens."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.cli_runs import nuner
from support.running_studio import TOKEN, Client, studio_process
from support.tiny_bi_encoder import save_tiny_bi_encoder

from nuner.data_builders.labelled.projects.project import Project


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "texts.csv").write_text("id,text\n1,Ada lives in Paris.\n2,Bob visited Rome.\n", encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="session")
def encoder(tiny_bert_dir, tmp_path_factory):
    return save_tiny_bi_encoder(tiny_bert_dir, tmp_path_factory.mktemp("bi-encoder") / "tiny")


def refusal(*arguments):
    result = nuner("studio", *arguments, "--no-browser", "--port", 0)
    assert result.exit_code == 2, result.output
    lines = [line for line in result.stderr.splitlines() if not line.startswith("Reading")]
    (sentence,) = lines
    assert sentence.startswith("Error: ")
    return sentence


def write(path, content):
    path.write_text(content, encoding="utf-8")
    return path.name


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.csv", "", "empty.csv"),
        ("header.csv", "text\n", "nothing to label"),
        ("blank.txt", " \n\u3000\n", "nothing to label"),
        ("other.csv", "body\nAda lives in Paris.\n", "no field 'text', only body; name it with --column"),
        ("other.jsonl", '{"body": "Ada"}\n', "no field 'text', only body; name it with --column"),
        ("broken.jsonl", "{", "line 1 of broken.jsonl is no JSON"),
        ("number.jsonl", '{"text": 3}\n', "has int in 'text', not text"),
        ("texts.xlsx", "PK", "the ending of texts.xlsx tells no format"),
    ],
)
def test_a_file_without_texts_is_refused_and_leaves_nothing(folder, encoder, name, content, sentence):
    write(folder / name, content)
    before = {path.name for path in folder.iterdir()}
    assert sentence in refusal(name, "--encoder", encoder)
    assert {path.name for path in folder.iterdir()} == before


def test_what_is_not_there_or_no_text_is_refused(folder, encoder):
    assert "none.csv: no such file" in refusal("none.csv").lower()
    assert "none.studio: no such file" in refusal("none.studio").lower()
    assert "is a project itself" in refusal(project(folder), "--project", "other.studio")


def project(folder, name="trips.studio"):
    with Project(folder / name) as opened:
        opened.add_texts([("Ada lives in Paris.", None)])
    return name


def test_a_project_that_is_none_of_another_version_or_in_use_is_refused(folder, encoder):
    write(folder / "text.studio", "not a database at all, but quite long, so that it is no empty file")
    assert "text.studio is no labelling project" in refusal("text.studio", "--encoder", encoder)
    name = project(folder)
    with sqlite3.connect(folder / name) as connection:
        connection.execute("PRAGMA user_version = 99")
    assert "of version 99 of the labelling project; this release reads version 1" in refusal(
        name, "--encoder", encoder
    )
    name = project(folder, "open.studio")
    # The same thread could open it once more.
    with Project(folder / name), ThreadPoolExecutor(1) as other:
        sentence = other.submit(refusal, name, "--encoder", encoder).result()
    assert "open.studio is being written by process" in sentence


def test_an_encoder_of_another_kind_is_refused(folder, encoder):
    assert "an encoder is needed" in refusal("texts.csv", "--encoder", tokenizer_of(encoder, folder))
    assert not (folder / "texts.studio").exists()


def tokenizer_of(encoder, folder):
    (folder / "tokenizer").mkdir()
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / "tokenizer" / name).write_bytes((encoder / name).read_bytes())
    return "tokenizer"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--label", " "], "is blank"),
        (["--label", "city", "--label", "city"], "comes twice"),
        (["--label", "city="], "is blank"),
        (["--token", "short"], "less than 8 characters"),
        (["--host", "203.0.113.1"], "cannot serve on 203.0.113.1"),
    ],
)
def test_options_that_make_no_sense_are_refused(folder, encoder, options, sentence):
    assert sentence in refusal("texts.csv", "--encoder", encoder, *options)


def test_the_page_opens_and_the_same_command_goes_on(folder, encoder):
    arguments = ("texts.csv", "--encoder", encoder, "--label", "city", "--label", "person=somebody's name")
    with studio_process(*arguments, cwd=folder) as (url, _), Client(url, annotator="") as client:
        state = client.do("/beat")["state"]
        assert state["project"]["name"] == "texts" and state["counts"]["texts"] == 2
        assert [(each["name"], each["description"]) for each in state["types"]] == [
            ("city", ""),
            ("person", "somebody's name"),
        ]
        city = state["types"][0]["number"]
        client.do("/texts/1/accept", {"labels": [{"start": 13, "end": 18, "type": city}]})
    with studio_process("texts.studio", cwd=folder) as (url, process), Client(url, annotator="") as client:
        state = client.do("/beat")["state"]
        assert state["counts"]["labelled"] == 1 and len(state["types"]) == 2
        assert state["learner"]["encoder"] == str(encoder)
        assert TOKEN not in json.dumps(state)
        process.terminate()
        assert process.wait(timeout=30) in (0, -15, 143)
    assert "texts.studio" in {path.name for path in folder.iterdir()}
