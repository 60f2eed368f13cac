"""Code that a checkpoint brings is never run, and nobody is asked whether it may."""

from __future__ import annotations

import ast
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.cli_runs import nuner
from support.folders import REPOSITORY

from nuner import EntityRecognizer, NuNerForPreTraining, NuNerForTokenClassification, finetune, load_labelled

ROOMS = ("interface", "trainers", "modeling_nuner", "data_builders", "hub_cards")
# The page of a Space stands alone, and takes the answer from its caller.
ANSWERED_BY_THE_CALLER = {"hub_cards/space/app.py"}


def loads(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls that may load whatever class a checkpoint names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            automatic = called.startswith("Auto") and called.endswith((".from_pretrained", ".from_config"))
            if automatic or called == "pipeline":
                yield node


def test_every_load_says_that_no_code_is_run():
    found = 0
    for room in ROOMS:
        for path in sorted((REPOSITORY / room).rglob("*.py")):
            name = path.relative_to(REPOSITORY).as_posix()
            for call in loads(ast.parse(path.read_text(encoding="utf-8"))):
                found += 1
                answers = [ast.unparse(k.value) for k in call.keywords if k.arg == "trust_remote_code"]
                assert answers == ["False"] or name in ANSWERED_BY_THE_CALLER, f"{name}:{call.lineno}"
    assert found > 10


@pytest.fixture
def foreign(tiny_bert_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An encoder of an architecture of its own, whose code leaves a trace; whoever asks a question fails."""
    folder = tmp_path / "foreign"
    shutil.copytree(tiny_bert_dir, folder)
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "foreign", "architectures": ["ForeignForTokenClassification"]}
    config["auto_map"] = {
        "AutoConfig": "foreign.ForeignConfig",
        "AutoModel": "foreign.ForeignModel",
        "AutoModelForTokenClassification": "foreign.ForeignModel",
    }
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "foreign.py").write_text(f"open({str(tmp_path / 'was run')!r}, 'w')\n")

    def asked(*args: object) -> str:
        raise AssertionError("transformers asked")

    monkeypatch.setattr("builtins.input", asked)
    monkeypatch.setenv("HF_MODULES_CACHE", str(tmp_path / "modules"))
    return folder


COMMANDS = (
    ["pretrain", "--text-encoder", "FOREIGN", "-o", "out"],
    ["finetune", "FOREIGN", "--data", "support-tickets", "-o", "out"],
    ["predict", "FOREIGN", "texts.txt"],
    ["evaluate", "FOREIGN", "--data", "support-tickets", "-o", "out.json"],
    ["serve", "FOREIGN", "--port", "0"],
    ["export", "FOREIGN", "-o", "out"],
    ["benchmark", "FOREIGN", "--data", "support-tickets", "-o", "out"],
    ["demo", "FOREIGN", "--port", "0"],
    ["card", "FOREIGN"],
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_commands(foreign: Path, command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("texts.txt").write_text("Ada lives in Paris.\n")
    result = nuner(*(str(foreign) if part == "FOREIGN" else part for part in command))
    assert result.exit_code == 2
    assert "never run" in result.stderr.replace("\n", " ")
    assert not (tmp_path / "was run").exists()


def test_python(foreign: Path, tmp_path: Path):
    rows = load_labelled("support-tickets", "train").select(range(8))
    for load in (
        lambda: EntityRecognizer.from_pretrained(foreign),
        lambda: EntityRecognizer.from_pretrained(foreign, labels=["city"]),
        lambda: finetune(foreign, rows, tmp_path / "run"),
    ):
        with pytest.raises(ValueError, match="never run"):
            load()
    for start in (
        lambda: NuNerForPreTraining.from_encoders(foreign),
        lambda: NuNerForTokenClassification.from_encoder(foreign, ["O", "B-city"]),
    ):
        with pytest.raises(ValueError):
            start()
    assert not (tmp_path / "was run").exists()
