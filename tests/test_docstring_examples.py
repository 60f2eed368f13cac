"""The examples of the docstrings are right, and the docstrings have one form."""

from __future__ import annotations

import ast
import doctest
import importlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.docs_world import MODEL, TEXTS
from support.docstring_names import given_names
from support.folders import REPOSITORY
from support.openai_server_process import OpenAIServerProcess

from nuner import LLMClient, annotate

ROOMS = {
    "interface": "nuner",
    "modeling_nuner": "nuner.modeling_nuner",
    "data_builders": "nuner.data_builders",
    "trainers": "nuner.trainers",
    "hub_cards": "nuner.hub_cards",
}
# Programs and files for others' packages, which are not imported as modules of this one.
NOT_MODULES = {"hub_cards/metric/ner_f1/app.py", "hub_cards/space/app.py", "interface/cli/__main__.py"}
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
FENCE = re.compile(r"^ *```\w*\n.*?^ *```$", flags=re.MULTILINE | re.DOTALL)


def sources() -> Iterator[tuple[str, Path]]:
    """Each module of the package by its path in the repository."""
    for room in ROOMS:
        for file in sorted((REPOSITORY / room).rglob("*.py")):
            name = file.relative_to(REPOSITORY).as_posix()
            if name not in NOT_MODULES:
                yield name, file


def module_name(path: str) -> str:
    room, _, inner = path.partition("/")
    return ".".join([ROOMS[room], *inner.removesuffix(".py").removesuffix("__init__").strip("/").split("/")]).strip(
        "."
    )


SOURCES = dict(sources())
WITH_EXAMPLES = [name for name, file in SOURCES.items() if ">>>" in file.read_text(encoding="utf-8")]


@pytest.fixture(scope="module")
def world(docs_world_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder that the examples run in, with a server that answers as `gpt-4.1-mini`."""
    folder = tmp_path_factory.mktemp("docstrings") / "world"
    shutil.copytree(docs_world_dir, folder)
    with pytest.MonkeyPatch.context() as patch, OpenAIServerProcess(models=[MODEL]) as server:
        patch.chdir(folder)
        patch.setenv("OPENAI_BASE_URL", server.base_url)
        annotate(TEXTS, LLMClient(MODEL), store="run.sqlite", concurrency=1)
        yield folder


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_are_right(name: str, world: Path) -> None:
    try:
        module = importlib.import_module(module_name(name))
    except ModuleNotFoundError as error:
        pytest.skip(f"{error.name} is not installed")
    runner = doctest.DocTestRunner(optionflags=OPTIONS, verbose=False)
    said: list[str] = []
    for example in doctest.DocTestFinder().find(module, extraglobs=given_names(name)):
        runner.run(example, out=said.append)
    assert not runner.failures, "\n" + "".join(said)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_what_is_skipped_says_why(name: str) -> None:
    """The reason stands before the directive, `# why  # doctest: +SKIP`, or on the line above, `>>> # why`."""
    above = ""
    for number, line in enumerate(SOURCES[name].read_text(encoding="utf-8").splitlines(), start=1):
        if "doctest: +SKIP" in line and not re.search(r"# \w.* *# doctest: \+SKIP", line):
            assert re.match(r" *>>> # \w", above), f"{name}:{number}: a skipped example says why"
        above = line


@pytest.mark.parametrize("name", SOURCES)
def test_docstrings_have_one_form(name: str) -> None:
    tree = ast.parse(SOURCES[name].read_text(encoding="utf-8"))
    faults = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)):
            docstring = ast.get_docstring(node)
            if docstring:
                where = f"{name}:{getattr(node, 'lineno', 1)} {getattr(node, 'name', '')}"
                faults += [f"{where}: {fault}" for fault in faults_of(docstring)]
    assert not faults, "\n" + "\n".join(faults)


def faults_of(docstring: str) -> list[str]:
    """Say where a docstring leaves the form that CONTRIBUTING.md describes."""
    faults = []
    if ">>>" in FENCE.sub("", docstring):
        faults.append("an example stands outside of a ```python block")
    raises = re.search(r"^Raises:\n((?: +.*\n?|\n)*)", docstring, flags=re.MULTILINE)
    for entry in re.findall(r"^    (\w[\w., ]*): *(.*)", raises[1], flags=re.MULTILINE) if raises else []:
        if not entry[1].startswith("If "):
            faults.append(f"`{entry[0]}: {entry[1]}` does not begin with If")
    return faults
