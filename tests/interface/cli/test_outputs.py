"""No command overwrites anything unasked, what it reads never, nor what another process is writing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from support.cli_runs import nuner
from support.tiny_recognizer import save_tiny_recognizer

from nuner.data_builders.files.output_lock import output_lock

ENTITY = {"start": 0, "end": 3, "text": "Ada", "concept": "person"}

# Command without its output, its output option, and what it reads that could be its output, too.
COMMANDS = {
    "sentences": (["sentences", "texts.txt", "-o"], "out.jsonl", "texts.txt"),
    "sentences --report": (["sentences", "texts.txt", "--report"], "out.json", "texts.txt"),
    "corpus build": (["corpus", "build", "records", "mine", "-o"], "out", "mine"),
    "corpus build STORE": (["corpus", "build", "run.sqlite", "-o"], "out", "run.sqlite"),
    "corpus stats --json": (["corpus", "stats", "records", "mine", "--json"], "out.json", "mine"),
    "corpus stats --plot": (["corpus", "stats", "records", "mine/*.jsonl", "--plot"], "out.png", "mine/corpus.jsonl"),
    "pretrain": (["pretrain", "--text-encoder", "encoder", "-o"], "out", "encoder"),
    "pretrain CORPUS": (["pretrain", "--text-encoder", "me/model", "--corpus", "mine", "-o"], "out", "mine"),
    "finetune": (["finetune", "encoder", "--data", "data", "-o"], "out", "encoder"),
    "finetune DATA": (["finetune", "encoder", "--data", "data", "-o"], "out", "data"),
    "evaluate": (["evaluate", "model", "--data", "data/train.jsonl", "-o"], "out.json", "data/train.jsonl"),
    "evaluate --html": (["evaluate", "model", "--data", "data", "--html"], "out.html", "model/config.json"),
    "benchmark": (["benchmark", "NAME=encoder", "--data", "data", "-o"], "out", None),
    "export": (["export", "model", "-o"], "out", "model"),
    "export --sample": (["export", "model", "--sample", "texts.txt", "-o"], "out", "texts.txt"),
    "predict": (["predict", "model", "texts.jsonl", "-o"], "out.jsonl", "texts.jsonl"),
    "labels convert": (["labels", "convert", "data/train.jsonl"], "out.conll", "data/train.jsonl"),
    "quickstart": (["quickstart", "-o"], "out", None),
    "pull": (["pull", "me/model"], "out", None),
}


@pytest.fixture(scope="module")
def recognizer(tiny_bert_dir, tmp_path_factory):
    return save_tiny_recognizer(tiny_bert_dir, tmp_path_factory.mktemp("recognizer") / "model")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch, tiny_bert_dir, recognizer):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(tiny_bert_dir, "encoder")
    shutil.copytree(recognizer, "model")
    for name, content in {
        "texts.txt": "Ada lives in Paris.\n",
        "texts.jsonl": '{"text": "Ada lives in Paris."}\n',
        "mine/corpus.jsonl": json.dumps({"text": "Ada was here.", "entities": [ENTITY]}) + "\n",
        "data/train.jsonl": json.dumps({"tokens": ["in", "Paris"], "tags": ["O", "B-city"]}) + "\n",
        "data/test.jsonl": json.dumps({"tokens": ["in", "Rome"], "tags": ["O", "B-city"]}) + "\n",
    }.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(content)
    Path("run.sqlite").write_bytes(b"SQLite format 3\x00")


def state() -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in Path().rglob("*") if path.is_file()}


def refusal(*arguments: str) -> str:
    before = state()
    result = nuner(*arguments)
    assert result.exit_code == 2, result.output
    assert state() == before
    return result.stderr


def make(command: str, output: str) -> str:
    """Put something of the user's where a command will write, and return its name."""
    if command == "benchmark":
        output += "/few_shot.png"
    path = Path(output) if "." in output else Path(output) / "notes.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text("of the user")
    return output


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_there_is_not_replaced(command):
    words, output, _ = COMMANDS[command]
    named = make(command, output)
    assert refusal(*words, output).startswith(f"Error: {named} is there already: ")


@pytest.mark.parametrize("force", [[], ["--force"]], ids=["unasked", "by force"])
@pytest.mark.parametrize("command", [command for command, (_, _, read) in COMMANDS.items() if read])
def test_what_is_read_is_not_replaced(command, force):
    words, _, read = COMMANDS[command]
    said = refusal(*words, read, *force)
    assert said.startswith(f"Error: {read} is ") and " what is read" in said


@pytest.mark.parametrize("force", [[], ["--force"]], ids=["unasked", "by force"])
@pytest.mark.parametrize("command", COMMANDS)
def test_what_another_process_writes_is_left_alone(command, force):
    import threading

    words, output, _ = COMMANDS[command]
    held = f"{output}/few_shot.json" if command == "benchmark" else output
    began, ended = threading.Event(), threading.Event()

    def hold() -> None:
        with output_lock(held):
            began.set()
            ended.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    began.wait()
    try:
        result = nuner(*words, output, *force)
    finally:
        ended.set()
        holder.join()
    assert result.exit_code == 2
    assert f"{held} is being written by process " in result.stderr


def test_results_of_a_folder_that_is_used_for_more_do_not_matter():
    Path("out").mkdir()
    Path("out", "notes.md").write_text("of the user")
    done = nuner("benchmark", "NAME=encoder", "--data", "data", "--k", "1", "--seeds", "1", "-o", "out")
    assert done.exit_code == 0, done.output
    assert {path.name for path in Path("out").iterdir()} == {"few_shot.json", "few_shot.png", "notes.md"}


def test_folders_are_made_where_there_is_something_to_write():
    done = nuner("sentences", "texts.txt", "-o", "a/b/out.jsonl", "--report", "c/d/out.json")
    assert done.exit_code == 0, done.output
    assert Path("a/b/out.jsonl").exists() and Path("c/d/out.json").exists()
    done = nuner("evaluate", "model", "--data", "data", "-o", "e/f/out.json")
    assert done.exit_code == 0, done.output
    assert Path("e/f/out.json").exists()
    refusal("evaluate", "model", "--data", "data", "--split", "none", "-o", "g/h/out.json")
    assert not Path("g").exists()
