"""Imports go the one way that .importlinter draws, and a way back is found."""

import re
import shutil
import subprocess
import sys
from collections import Counter
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SETUP = ConfigParser()
SETUP.read(ROOT / "setup.cfg", encoding="utf-8")
SETTINGS = ConfigParser()
SETTINGS.read(ROOT / ".importlinter", encoding="utf-8")
CONTRACTS = [SETTINGS[section] for section in SETTINGS.sections() if section.startswith("importlinter:contract:")]
LAYERS = [contract for contract in CONTRACTS if contract["type"] == "layers"]
LINT = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"]


@pytest.fixture
def package(tmp_path) -> Path:
    """A copy of the modules of the package, in the folders in which they are installed."""
    for line in SETUP["options"]["package_dir"].strip().splitlines():
        name, folder = line.split(" = ")
        for module in (ROOT / folder).rglob("*.py"):
            copy = tmp_path.joinpath(*name.split("."), module.relative_to(ROOT / folder))
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(module, copy)
    shutil.copyfile(ROOT / ".importlinter", tmp_path / ".importlinter")
    return tmp_path / "nuner"


def file_of(package: Path, module: str) -> Path:
    path = package.parent.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def broken_by(package: Path) -> tuple[set[str], str]:
    """The contracts that a package breaks, and what is said of it; fails where they cannot be checked."""
    # In a child, since the tests themselves have imported the package from elsewhere.
    run = subprocess.run(LINT, cwd=package.parent, capture_output=True, text=True, timeout=120)
    checked = re.findall(r"^(.+) (KEPT|BROKEN)\b", run.stdout, re.MULTILINE)
    assert sorted(name for name, _ in checked) == sorted(contract["name"] for contract in CONTRACTS), run
    broken = {name for name, state in checked if state == "BROKEN"}
    assert run.returncode == bool(broken), run
    return broken, run.stdout


def test_imports_go_one_way(package):
    broken, said = broken_by(package)
    assert not broken, said


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        (
            "nuner.modeling_nuner.recognition.decoding",
            "def late(): from nuner.modeling_nuner.recognition import entities",
            {"modeling_nuner/recognition", "no circles, neither of files nor of sub-rooms"},
        ),
        (
            "nuner.data_builders.labelled.sentence",
            "if TYPE_CHECKING: from .support_tickets import support_tickets",
            {"data_builders/labelled"},
        ),
        ("nuner.modeling_nuner.loss", "from nuner.data_builders.schema import CORPUS_FEATURES", {"rooms"}),
        ("nuner.modeling_nuner.loss", "from .devices import choose_device", {"modeling_nuner"}),
        ("nuner.hub_cards.space.app", "from .write_space import write_space", {"hub_cards/space"}),
        ("nuner.cli.hub.push", "from .pull import pull", {"interface/cli/hub"}),
        (
            "nuner.trainers.few_shot.task",
            "from nuner.trainers import finetune",
            {"doors are for users: our own files import from where a name is defined"},
        ),
        # Nothing imports it: it is found since it stands on no line.
        ("nuner.trainers.elsewhere", "", {"trainers"}),
    ],
)
def test_a_forbidden_import_is_found(package, module, line, broken):
    with file_of(package, module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}")
    found, said = broken_by(package)
    assert found == broken, said


def test_the_way_back_is_found_in_every_folder(package):
    for contract in LAYERS:
        rows = [re.findall(r"\w+", row) for row in contract["layers"].split("\n") if row]
        upper, lower = (f"{contract['containers']}.{module}" for module in (rows[0][0], rows[-1][-1]))
        with file_of(package, lower).open("a", encoding="utf-8") as file:
            file.write(f"\nimport {upper}\n")
    broken, said = broken_by(package)
    assert {contract["name"] for contract in LAYERS} - broken == set(), said


def test_every_folder_has_its_contract(package):
    drawn = {contract["containers"] for contract in LAYERS}
    drawn |= {contract["modules"].removesuffix(".*") for contract in CONTRACTS if contract["type"] == "independence"}
    folders = {door.parent for door in package.rglob("__init__.py")}
    children = [path for path in package.rglob("*.py") if path.name != "__init__.py"] + sorted(folders)
    counts = Counter(child.parent for child in children)
    divided = {".".join(folder.relative_to(package.parent).parts) for folder in folders if counts[folder] > 1}
    assert sorted(divided - drawn) == []
