"""The code of README.md and of the guide runs, with tiny models and data in the places that it names."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from support.cli_runs import nuner
from support.docs_blocks import DocsBlock, docs_blocks, nuner_commands
from support.docs_world import MODEL, TEXTS
from support.folders import REPOSITORY, child_environment
from support.openai_server_process import OpenAIServerProcess

from nuner.cli import app

PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
BLOCKS = [block for page in PAGES for block in docs_blocks(page)]

# Pages about a package that need not be installed.
NEEDS = {
    "spacy.md": "spacy",
    "labelled-formats.md": "spacy",
    "export.md": "onnxruntime",
    "ray.md": "ray",
    "spark.md": "pyspark",
}

# What readers have before they come to a page.
GIVEN: dict[str, str] = {
    "README.md": f"import pandas; frame = pandas.DataFrame({{'body': {TEXTS!r}}})",
    "annotation.md": f"sentences = {TEXTS!r}; text = 'Ada was here.'; reply = 'Ada <> person'",
    "cards.md": """
from nuner import ContrastiveTrainer, ContrastiveTrainingArguments, NuNerForPreTraining, load_labelled
from datasets import load_dataset
from transformers import AutoTokenizer
test = load_labelled("my-data", "test")
parts = dict(
    model=NuNerForPreTraining.from_encoders("roberta-base"),
    args=ContrastiveTrainingArguments(output_dir="runs/x", max_steps=1),
    train_dataset=load_dataset("json", data_files="mine.jsonl", split="train"),
    processing_class=AutoTokenizer.from_pretrained("roberta-base"),
)
""",
    "export.md": f"sample_texts = {TEXTS!r}",
    "your-own-data.md": "import shutil; shutil.copytree('recognizer', 'my-recognizer')",
    "fine-tuning.md": """
import shutil
from nuner import load_labelled
shutil.rmtree("recognizer")
train, validation = load_labelled("my-data", "train"), load_labelled("my-data", "test")
""",
    "label-with-an-llm.md": f"sentences = {TEXTS!r}",
    # The import keeps Ray's processes from giving way to all others.
    "ray.md": "import ray, support.ray_cluster; ray.init('local', num_cpus=2, object_store_memory=80 << 20)",
    "recognize.md": f"texts = {TEXTS!r}",
    "spacy.md": f"texts = {TEXTS!r}",
    "zero-shot.md": f"""
from datasets import load_dataset
from transformers import AutoTokenizer
from nuner import NuNerForPreTraining
texts = {TEXTS!r}
model, tokenizer = NuNerForPreTraining.from_pretrained("nuner-roberta"), AutoTokenizer.from_pretrained("nuner-roberta")
corpus = load_dataset("json", data_files={{"train": "mine.jsonl", "validation": "mine.jsonl"}})
""",
}

# What a page leaves running.
ENDED = {"ray.md": "ray.shutdown()"}


@pytest.fixture
def world(docs_world_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the world as the current directory, with a server that answers as `gpt-4.1-mini`."""
    folder = tmp_path / "world"
    shutil.copytree(docs_world_dir, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    with OpenAIServerProcess(models=[MODEL]) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        yield folder


def place(block: DocsBlock) -> str:
    return f"{block.page.name}:{block.line}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_runs(page: Path, world: Path) -> None:
    blocks = [block for block in docs_blocks(page) if block.language == "python" and block.not_run is None]
    if not blocks:
        pytest.skip("no block that is run")
    if page.name in NEEDS:
        pytest.importorskip(NEEDS[page.name])
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(GIVEN.get(page.name, ""), names)
    try:
        for block in blocks:
            # Errors show the line of the page.
            code = compile("\n" * (block.line - 1) + block.code, str(page), "exec")
            exec(code, names)
    finally:
        exec(ENDED.get(page.name, ""), names)


@pytest.mark.slow
def test_the_readme_works_from_top_to_bottom_in_one_shell(world: Path) -> None:
    """Each block finds what those before it left, and nothing that they wrote keeps the package from being found."""
    blocks = [block for block in docs_blocks(REPOSITORY / "README.md") if block.not_run is None]
    environment = child_environment()
    for block in blocks:
        if block.language == "python":
            command = [sys.executable, "-c", block.code]
        elif block.language == "bash":
            command = ["bash", "-euc", f'nuner() {{ {sys.executable} -m nuner.cli "$@"; }}\n{block.code}']
        else:
            continue
        done = subprocess.run(command, cwd=world, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{place(block)}: {done.stderr}"
    for file in ("few_shot.png", "recognizer/config.json", "found.parquet", "comparison/few_shot.json"):
        assert (world / file).exists(), file


@pytest.mark.slow
def test_the_way_from_texts_to_a_recognizer_works(world: Path) -> None:
    """The commands of the first page of the guide, one after another."""
    for block in docs_blocks(REPOSITORY / "docs/your-own-data.md"):
        for words in nuner_commands(block) if block.language == "bash" else ():
            done = nuner(*words)
            assert done.exit_code == 0, f"{place(block)}: {done.output}"
        if block.language == "python":
            exec(block.code, {})
    for file in ("to-correct.json", "my-recognizer/config.json", "errors.html", "found.parquet", "sure.jsonl"):
        assert (world / file).exists(), file


def test_what_is_not_run_says_why() -> None:
    for block in BLOCKS:
        assert block.not_run is None or len(block.not_run.split()) > 2, place(block)


def test_commands_exist() -> None:
    """Each `nuner ...` line has a command, options and arguments that there are."""
    command = without_effect(typer.main.get_command(app))
    commands = [(block, words) for block in BLOCKS if block.language == "bash" for words in nuner_commands(block)]
    assert len(commands) > 40
    for block, words in commands:
        assert complaint(command, words) is None, f"{place(block)}: nuner {shlex.join(words)}"


def test_a_command_that_does_not_exist_is_found() -> None:
    command = without_effect(typer.main.get_command(app))
    assert complaint(command, ["corpus", "stats", "records", "mine.jsonl"]) is None
    for words in (["colpus"], ["corpus", "stat"], ["corpus", "stats", "records", "--plod", "x.png"], ["serve"]):
        assert complaint(command, words) is not None, words


def test_commands_do_what_the_guide_says(world: Path) -> None:
    """A chain of commands as they stand in the guide, each with what the one before left."""
    blocks = [block for block in BLOCKS if block.language == "bash"]
    shown = {shlex.join(words) for block in blocks for words in nuner_commands(block)}
    for command in (
        "sentences notes.txt -o sentences.jsonl",
        "annotate sentences.jsonl --model gpt-4.1-mini --store run.sqlite",
        "annotate sentences.jsonl --types types.yaml --model gpt-4.1-mini --store labels.sqlite",
        "finetune nuner-quickstart/pretraining --data my-data --data labels.sqlite --output better-recognizer",
        "annotate status run.sqlite --prompt-price 0.40 --completion-price 1.60",
        "corpus build run.sqlite --output corpus --license cc-by-4.0 --force",
        "corpus stats records mine.jsonl --plot rank-frequency.png --json mine.json",
        "evaluate recognizer --data my-data --html evaluation.html",
        "predict recognizer reviews.jsonl --output found.jsonl",
        "predict recognizer --text 'Ada lives in Paris.'",
    ):
        assert command in shown
        result = nuner(*shlex.split(command))
        assert result.exit_code == 0, f"nuner {command}: {result.output}"
    for file in (
        "better-recognizer/config.json",
        "corpus/report.html",
        "rank-frequency.png",
        "mine.json",
        "evaluation.html",
        "found.jsonl",
    ):
        assert (world / file).stat().st_size


def without_effect(command: Any) -> Any:
    """Take out of a command, and of those in it, what they do; their arguments are still read."""
    command.callback = lambda **arguments: None
    for inner in getattr(command, "commands", {}).values():
        without_effect(inner)
    return command


def complaint(command: Any, words: list[str]) -> str | None:
    """Return what is wrong with the arguments, if something is."""
    try:
        code = command.main(list(words), prog_name="nuner", standalone_mode=False)
    except Exception as error:
        # A group alone shows its help.
        return None if type(error).__name__ == "NoArgsIsHelpError" else str(error) or type(error).__name__
    return f"exit code {code}" if code else None
