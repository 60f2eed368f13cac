"""Each command, given a folder or file of each kind, works or says what it was given and what to do."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from support.cli_runs import nuner
from support.every_kind import KINDS, write_every_kind

from nuner.data_builders.data_kinds import data_kind

CORPORA = ("corpus", "corpus.jsonl")
LABELLED = ("labelled", "saved-to-disk", "labelled.jsonl")
ENCODERS = ("bi-encoder", "backbone", "encoder", "recognizer", "two-layer")
RECOGNIZERS = ("recognizer", "two-layer")
STEP = ("--preset", "quickstart", "--max-steps", "1", "--frozen-layers", "1", "--frozen-concept-layers", "0")
EPOCH = ("--data", "labelled", "-o", "out", "--epochs", "1")

# Command with GIVEN in place of what it is given -> kinds with which it works.
COMMANDS: dict[str, tuple[str, ...]] = {
    "predict GIVEN texts.txt": RECOGNIZERS,
    "predict GIVEN texts.txt --label city": ("bi-encoder", *RECOGNIZERS),
    "predict GIVEN texts.txt --backend onnx": (),
    "predict recognizer GIVEN": (),
    "evaluate GIVEN --data labelled -o out.json": RECOGNIZERS,
    "evaluate recognizer --data GIVEN -o out.json": LABELLED,
    "serve GIVEN --port 0": (),
    "demo GIVEN --port 0": (),
    "export GIVEN -o out": (),
    "finetune GIVEN --data labelled -o out --epochs 1": ENCODERS,
    "finetune encoder --data GIVEN -o out --epochs 1": LABELLED,
    "benchmark GIVEN --data labelled --k 1 --seeds 1 -o out": ENCODERS,
    "benchmark encoder --data GIVEN --k 1 --seeds 1 -o out": LABELLED,
    f"pretrain --text-encoder GIVEN --corpus corpus.jsonl -o out {' '.join(STEP)}": ENCODERS,
    f"pretrain --text-encoder encoder --corpus GIVEN -o out {' '.join(STEP)}": CORPORA,
    "corpus build GIVEN -o out": ("store",),
    "corpus stats GIVEN": (),
    "corpus stats records GIVEN": CORPORA,
    "annotate status GIVEN": ("store",),
    "annotate GIVEN --model tiny --base-url http://127.0.0.1:9/v1": (),
    "sentences GIVEN": (),
    "labels convert GIVEN out --to jsonl": ("labelled.jsonl",),
    "card GIVEN": (*ENCODERS, "corpus"),
    "push GIVEN tickets": (*ENCODERS, "corpus"),
}
# Started with the right kind they serve or export for a while, or need an account of the Hub, an answer in the store,
# or a split more; others try that.
TRIED_ELSEWHERE: dict[str, tuple[str, ...]] = {
    "serve": RECOGNIZERS,
    "demo": RECOGNIZERS,
    "export": RECOGNIZERS,
    "predict GIVEN texts.txt --backend onnx": ("export",),
    "push": (*ENCODERS, "corpus"),
    "corpus build": ("store",),
    "finetune encoder --data": ("labelled.jsonl",),
    "benchmark encoder --data": ("labelled.jsonl",),
}
# What they are given is text, if it has any: of a labelled file or a corpus its own.
READS_TEXT = ("sentences GIVEN", "annotate GIVEN", "predict recognizer GIVEN", "labels convert GIVEN")


@pytest.fixture(scope="module")
def every_kind(tiny_bert_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_every_kind(tiny_bert_dir, tmp_path_factory.mktemp("kinds") / "world")


def says_the_way_out(message: str) -> bool:
    words = ("nuner ", "--", "give the", "name ", "push it with")
    return any(word in message.partition("; ")[2] for word in words)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("command", COMMANDS)
def test_each_works_or_says_the_way_out(
    every_kind: Path, command: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if any(command.startswith(start) and kind in kinds for start, kinds in TRIED_ELSEWHERE.items()):
        pytest.skip("tried elsewhere")
    monkeypatch.chdir(shutil.copytree(every_kind, tmp_path / "world"))
    result = nuner(*(kind if part == "GIVEN" else part for part in command.split()))
    if kind in COMMANDS[command]:
        assert result.exit_code == 0, result.output
        return
    if kind in (*CORPORA, *LABELLED) and command.startswith(READS_TEXT):
        assert result.exit_code in (0, 2), result.output
        return
    assert result.exit_code == 2, result.output
    message = result.stderr.strip().splitlines()[-1]
    assert f"Error: {kind} is {KINDS[kind]}" in message, result.stderr
    assert says_the_way_out(message), message
    assert not Path("out").exists()


def test_names_that_commands_know_are_no_folders(
    every_kind: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recognizer of the tickets may lie in a folder of their name, and a model in one called bundled."""
    monkeypatch.chdir(shutil.copytree(every_kind, tmp_path / "world"))
    shutil.copytree("recognizer", "support-tickets")
    shutil.copytree("recognizer", "bundled")
    result = nuner("evaluate", "recognizer", "--data", "support-tickets", "-o", "out.json")
    assert "no type in common" in result.stderr
    result = nuner("corpus", "stats", "bundled")
    assert result.exit_code == 0, result.output


def test_pipes_and_folders_named_as_files_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").mkdir()
    (tmp_path / "b.parquet").mkdir()
    os.mkfifo(tmp_path / "c.jsonl")
    assert data_kind(tmp_path) is None
