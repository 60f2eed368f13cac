"""`nuner annotate` and `nuner annotate status`."""

import json

import pytest
from support.annotation_cases import MODEL, forget_key, some_sentences
from support.cli_runs import nuner
from support.openai_server_process import OpenAIServerProcess
from typer.testing import CliRunner

from nuner.cli import app
from nuner.data_builders.annotation.sentences.writing import write_sentences
from nuner.data_builders.annotation.store.store import AnnotationStore


@pytest.fixture(autouse=True)
def _no_key(monkeypatch):
    forget_key(monkeypatch)


@pytest.fixture(scope="module")
def server():
    with OpenAIServerProcess(models=[MODEL, "other-llm"]) as running:
        yield running


@pytest.fixture(autouse=True)
def _as_new(server):
    server.change(poisoned={}, key=None, faults={})


@pytest.fixture
def store(tmp_path):
    return tmp_path / "run.sqlite"


@pytest.fixture
def annotate(server, store):
    def run(*arguments):
        return nuner("annotate", *arguments, "--model", MODEL, "--base-url", server.base_url, "--store", store)

    return run


@pytest.mark.parametrize("name", ["sentences.jsonl", "sentences.parquet"])
def test_a_file_is_annotated_and_not_asked_again(server, annotate, store, tmp_path, name):
    sentences = some_sentences(30)
    write_sentences(sentences, tmp_path / name)
    result = annotate(tmp_path / name, "--prompt-price", "1", "--completion-price", "4")
    assert result.exit_code == 0, result.output
    assert f"30 done, 0 failed, 0 pending in {store}; cost so far 0.0" in result.stderr
    asked = len(server.statistics()["asked"])
    assert annotate(tmp_path / name).exit_code == 0
    assert len(server.statistics()["asked"]) == asked + 1  # the probe
    with AnnotationStore(store) as opened:
        assert [row.id for row in opened.finished()] == [row["id"] for row in sentences]


def test_sentences_come_through_a_pipe(server, store):
    lines = "".join(json.dumps(row) + "\n" for row in some_sentences(5))
    options = ["--model", MODEL, "--base-url", server.base_url, "--store", str(store)]
    result = CliRunner().invoke(app, ["annotate", *options], input=lines)
    assert result.exit_code == 0, result.output
    assert "5 done" in result.stderr


def test_failed_rows_are_shown_and_retried(server, annotate, store, tmp_path):
    sentences = some_sentences(6)
    write_sentences(sentences, tmp_path / "six.jsonl")
    server.change(poisoned={sentences[1]["text"]: "bad request", sentences[2]["text"]: "non-json"})
    result = annotate(tmp_path / "six.jsonl", "--max-attempts", 2)
    assert result.exit_code == 0
    assert "4 done, 2 failed" in result.stderr
    status = nuner("annotate", "status", store, "--prompt-price", "2", "--completion-price", "8")
    assert status.exit_code == 0
    for part in ("tiny-llm", "HTTP 400", "the reply has no JSON", "cost so far", "cost in the end"):
        assert part in status.output
    server.change(poisoned={})
    assert "6 done, 0 failed" in annotate("--retry-failed").stderr


def test_batches(server, annotate, store, tmp_path):
    write_sentences(some_sentences(20), tmp_path / "twenty.jsonl")
    server.change(batch_seconds=600, batches_due=False)
    result = annotate(tmp_path / "twenty.jsonl", "--batch", "--no-wait")
    assert result.exit_code == 0, result.output
    assert "Submitted batch_" in result.stderr
    assert "the same command fetches them" in result.stderr
    assert "in 1 batches" in nuner("annotate", "status", store).output
    server.change(batches_due=True)
    assert "20 done" in annotate("--batch", "--poll", "0.1").stderr


def test_a_cost_limit_ends_cleanly(annotate, tmp_path):
    write_sentences(some_sentences(50), tmp_path / "fifty.jsonl")
    prices = ("--prompt-price", "10", "--completion-price", "10", "--max-cost", "0.1", "--max-tokens", "100")
    result = annotate(tmp_path / "fifty.jsonl", *prices)
    assert result.exit_code == 0, result.output
    assert "Stopped before the limit on the cost was passed." in result.stderr


@pytest.mark.parametrize(
    ("option", "said"), [("--prompt", "another prompt"), ("--model", f"the model '{MODEL}'")], ids=["prompt", "model"]
)
def test_a_store_of_another_prompt_or_model_is_refused_unless_forced(server, annotate, store, tmp_path, option, said):
    write_sentences(some_sentences(3), tmp_path / "three.jsonl")
    assert annotate(tmp_path / "three.jsonl").exit_code == 0
    template = tmp_path / "mine.jinja"
    template.write_text("Find animals.")
    asked = len(server.statistics()["asked"])
    other = ["--model", MODEL, "--base-url", server.base_url, "--store", store]
    other += [option, template if option == "--prompt" else "other-llm"]
    refused = nuner("annotate", *other)
    assert refused.exit_code == 2
    assert refused.stderr.count("\n") == 1
    assert f"Error: {store} was made with {said}" in refused.stderr
    assert len(server.statistics()["asked"]) == asked
    assert nuner("annotate", *other, "--force").exit_code == 0


@pytest.mark.parametrize(
    ("settings", "arguments", "said"),
    [
        ({}, ["--base-url", "http://127.0.0.1:9/v1"], "there is no server at http://127.0.0.1:9/v1"),
        ({}, ["--base-url", "{root}"], "has no chat completions"),
        ({}, ["--base-url", "localhost:8000/v1"], "http://"),
        ({}, ["--model", "gpt-0"], "has no model 'gpt-0'; it has other-llm, tiny-llm"),
        ({"faults": {"html": 1}}, [], "does not speak the OpenAI protocol"),
        ({"key": "sk-another"}, [], "does not accept the API key in OPENAI_API_KEY"),
        ({}, ["--base-url", ""], "OPENAI_API_KEY"),
    ],
    ids=["no server", "wrong path", "no URL", "unknown model", "another protocol", "wrong key", "no key"],
)
def test_a_server_that_cannot_be_used_is_told_before_anything_is_enqueued(
    server, store, tmp_path, settings, arguments, said
):
    write_sentences(some_sentences(2), tmp_path / "two.jsonl")
    server.change(**settings)
    options = ["--model", MODEL, "--store", store, "--base-url", server.base_url]
    options += [argument.format(root=server.base_url.removesuffix("/v1")) for argument in arguments]
    result = nuner("annotate", tmp_path / "two.jsonl", *options)
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("Error: ") and result.stderr.count("\n") == 1
    assert said in result.stderr
    assert not store.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["absent.jsonl"], "absent.jsonl: no such file"),
        (["{bad}"], "bad.jsonl:2: the sentence has no text"),
        (["{good}", "--max-cost", "1"], "needs the prices"),
        (["{good}", "--prompt-price", "1"], "give both prices"),
        (["{good}", "--prompt", "absent.jinja"], "absent.jinja: no such file"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(server, store, tmp_path, arguments, said):
    write_sentences(some_sentences(2), tmp_path / "good.jsonl")
    (tmp_path / "bad.jsonl").write_text('{"text": "Ada."}\n{"text": " "}\n')
    places = {"good": tmp_path / "good.jsonl", "bad": tmp_path / "bad.jsonl"}
    arguments = [argument.format(**places) for argument in arguments]
    result = nuner("annotate", "--model", MODEL, "--store", store, "--base-url", server.base_url, *arguments)
    assert result.exit_code == 2, result.output
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert said in line


def test_status_of_what_is_no_store(tmp_path):
    assert nuner("annotate", "status", tmp_path / "absent.sqlite").exit_code == 2
