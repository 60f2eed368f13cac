"""Commands that are killed at any moment leave the output that was there, or all of the new one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.cli_runs import nuner
from support.killed_commands import steps_of_a_killed_command
from support.tiny_recognizer import save_tiny_recognizer


def lines(path: Path, rows: list[dict]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def sources(tmp_path_factory, tiny_bert_dir) -> dict[str, Path]:
    """A corpus, labelled data, texts, a recognizer and an encoder, outside of where commands write."""
    folder = tmp_path_factory.mktemp("sources")
    entity = {"start": 0, "end": 3, "text": "Ada", "concept": "person"}
    sentences = [{"text": f"Ada saw {number}.", "entities": [entity]} for number in range(30)]
    labelled = [{"tokens": ["anna", "visited", "paris", word], "tags": ["O", "O", "B-city", "O"]} for word in "abcdef"]
    for split in ("train", "test"):
        lines(folder / "data" / f"{split}.jsonl", labelled)
    (folder / "texts.txt").write_text("Ada was here today.\nBo was there today.\n")
    return {
        "corpus": lines(folder / "corpus.jsonl", sentences),
        "data": folder / "data",
        "texts": folder / "texts.txt",
        "recognizer": save_tiny_recognizer(tiny_bert_dir, folder / "recognizer"),
        "encoder": tiny_bert_dir,
    }


COMMANDS = {
    "sentences": (["sentences", "{texts}", "-o"], "out.jsonl"),
    "corpus build": (["corpus", "build", "records", "{corpus}", "-o"], "out"),
    "corpus stats": (["corpus", "stats", "records", "{corpus}", "--plot", "out.png", "--json"], "out.json"),
    "finetune": (["finetune", "{encoder}", "--data", "{data}", "--epochs", "1", "-o"], "out"),
    "evaluate": (["evaluate", "{recognizer}", "--data", "{data}", "--html", "out.html", "-o"], "out.json"),
    "benchmark": (["benchmark", "{encoder}", "--data", "{data}", "--k", "1", "--seeds", "1", "-o"], "out"),
    "export": (["export", "{recognizer}", "--format", "openvino", "--sample", "{texts}", "-o"], "out"),
}


# All their files are there in one step; others add a card, a picture or a page.
AT_ONCE = {"sentences", "corpus build", "export"}


def seen(folder: Path) -> dict[str, int]:
    """What a user sees: names without a dot before them, and the size of each file."""
    return {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_an_output_is_whole_or_not_there(command, sources, tmp_path, tmp_path_factory, monkeypatch):
    words, output = COMMANDS[command]
    arguments = [word.format(**sources) for word in words]
    first = tmp_path_factory.mktemp("first")
    monkeypatch.chdir(first)
    monkeypatch.setenv("HF_DATASETS_CACHE", str(first / "cache"))
    done = nuner(*arguments, output)
    assert done.exit_code == 0, done.output
    whole = {name: size for name, size in seen(first).items() if name.startswith("out")}
    monkeypatch.chdir(tmp_path)
    states = set()
    again = [*arguments, str(first / "again" / output), "--force"]
    for step in steps_of_a_killed_command(*arguments, output, "--force", cwd=tmp_path, first=again):
        found = seen(tmp_path)
        assert found.keys() <= whole.keys(), step
        if command in AT_ONCE:
            assert found.keys() in (set(), whole.keys()), step
        assert all(size > 0 for size in found.values()), step
        states.add(tuple(sorted(found)))
        done = nuner(*arguments, output, "--force")
        assert done.exit_code == 0, (step, done.output)
        assert seen(tmp_path).keys() == whole.keys(), step
        assert not [path for path in tmp_path.rglob(".*") if path.name != ".cache"], step
        for path in sorted(tmp_path.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
    assert () in states
