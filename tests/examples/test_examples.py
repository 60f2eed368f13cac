"""The scripts and the notebook of `examples/` run to their end, with tiny models."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.folders import REPOSITORY
from support.small_corpus import small_corpus
from support.tiny_bi_encoder import save_tiny_bi_encoder

EXAMPLES = REPOSITORY / "examples"


@pytest.fixture
def my_data(tmp_path: Path) -> Path:
    folder = tmp_path / "my-data"
    folder.mkdir()
    for split, cities in (("train", ["paris", "london", "berlin"] * 4), ("test", ["paris", "london"])):
        rows = [{"tokens": ["anna", "lives", "in", city], "tags": ["O", "O", "O", "B-city"]} for city in cities]
        (folder / f"{split}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def run_example(name: str, *arguments: object, cwd: Path) -> str:
    """Run a script as users do, and return what it prints."""
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name), *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(cwd / "cache")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_few_labels(tiny_bert_dir: Path, my_data: Path, tmp_path: Path) -> None:
    printed = run_example(
        "few_labels.py", "--data", my_data, "--encoder", tiny_bert_dir, "--k", 2, "--max-steps", 2, cwd=tmp_path
    )
    assert "entity F1" in printed
    assert (tmp_path / "recognizer" / "model.safetensors").is_file()


def test_zero_shot(tiny_bert_dir: Path, tmp_path: Path) -> None:
    model = save_tiny_bi_encoder(tiny_bert_dir, tmp_path / "model")
    options = ("--label", "city", "--label", "who=person", "--threshold", 0.01)
    printed = run_example("zero_shot.py", "anna lives in paris", "--model", model, *options, cwd=tmp_path)
    assert printed.startswith("anna lives in paris\n  ")


def test_zero_shot_says_where_a_model_comes_from(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="make quickstart"):
        run_example("zero_shot.py", cwd=tmp_path)


def test_pretrain_on_your_corpus(docs_world_dir: Path, my_data: Path, tmp_path: Path) -> None:
    small_corpus(60).to_json(tmp_path / "corpus.jsonl")
    arguments = ("--corpus", tmp_path / "corpus.jsonl", "--encoder", docs_world_dir / "roberta-base", "--max-steps", 2)
    few = ("--data", my_data, "--k", 1, "--seeds", 2)
    printed = run_example("pretrain_on_your_corpus.py", *arguments, *few, "--preset", "quickstart", cwd=tmp_path)
    assert "NuNER + names" in printed
    assert (tmp_path / "runs/nuner/few_shot.json").is_file()


def test_notebook(docs_world_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    notebook = nbformat.read(EXAMPLES / "quickstart.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "outputs are not kept in the repository"
    settings = next(cell for cell in notebook.cells if cell.source.startswith("from nuner.quickstart"))
    settings.source = f"ENCODER, STEPS, EPOCHS = {str(docs_world_dir / 'roberta-base')!r}, 1, 1"
    nbclient.NotebookClient(notebook, timeout=240, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert (tmp_path / "runs/notebook-recognizer/model.safetensors").is_file()
