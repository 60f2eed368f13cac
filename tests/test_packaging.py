"""What is in setup.cfg, constraints.txt and the other files of the project agrees with the code."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
SETUP = ConfigParser()
SETUP.read(ROOT / "setup.cfg", encoding="utf-8")
ROOMS = {
    folder: package
    for package, folder in (line.split(" = ") for line in SETUP["options"]["package_dir"].strip().splitlines())
}
# A metric Space: the files of one repository on the Hub, which are no package of ours.
SPACE = ROOT / "hub_cards" / "metric" / "ner_f1"
# Imported only after the caller has: an object of theirs was given.
BROUGHT_BY_THE_CALLER = {"pandas", "polars"}
MAX_MODULES = 14


def files_of_rooms() -> Iterator[Path]:
    """All files of the rooms that an installation should have."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and not path.name.endswith(".pyc"):
                yield path


def package_of(folder: Path) -> str:
    room, *inside = folder.relative_to(ROOT).parts
    return ".".join([ROOMS[room], *inside])


def listed(section: str, option: str) -> list[str]:
    """The lines of an option, as the distributions or packages that they name."""
    return [re.split(r"[<>=!~;\[ ]", line)[0] for line in SETUP[section][option].strip().splitlines()]


def normalized(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def test_the_packages_are_the_folders_with_modules():
    folders = {path.parent for path in files_of_rooms() if path.suffix == ".py"} - {SPACE}
    there, stated = {package_of(folder) for folder in folders}, set(listed("options", "packages"))
    assert not there - stated, f"add to `packages` in setup.cfg: {', '.join(sorted(there - stated))}"
    assert not stated - there, f"`packages` in setup.cfg names folders without modules: {stated - there}"
    bare = [str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").is_file()]
    assert not bare, f"write an __init__.py with one line of purpose into {', '.join(bare)}"


def test_every_other_file_is_installed_too():
    patterns = {
        package: [pattern.strip() for pattern in line.split(",")]
        for package, line in SETUP["options.package_data"].items()
    }
    folders = [path.parent for path in files_of_rooms() if path.name == "__init__.py"]
    installed = {
        path
        for folder in folders
        for pattern in patterns["*"] + patterns.get(package_of(folder), [])
        for path in folder.glob(pattern)
    }
    data = [path for path in files_of_rooms() if path.suffix != ".py" or path.parent == SPACE]
    forgotten = [str(path.relative_to(ROOT)) for path in data if path not in installed]
    assert not forgotten, f"no pattern of `package_data` in setup.cfg takes {', '.join(forgotten)}"


def test_git_ignores_no_file_of_the_rooms():
    command = ["git", "ls-files", "--others", "--ignored", "--exclude-standard", "--", *ROOMS, "tests"]
    try:
        ignored = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("no git, or no checkout")
    hidden = [path for path in ignored if "__pycache__" not in path]
    assert not hidden, f".gitignore hides {', '.join(hidden)}"


def test_no_folder_has_more_modules_than_a_reader_can_overlook():
    folders = {path.parent for path in files_of_rooms() if path.suffix == ".py"}
    modules = {folder: [path for path in folder.glob("*.py") if path.name != "__init__.py"] for folder in folders}
    full = [str(folder.relative_to(ROOT)) for folder, paths in modules.items() if len(paths) > MAX_MODULES]
    assert not full, f"more than {MAX_MODULES} modules: make sub-rooms in {', '.join(full)}"


def imported_by(path: Path) -> set[str]:
    """Top-level packages that a file imports anywhere, save for what only a type checker reads."""
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            return
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.partition(".")[0])
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(path.read_text(encoding="utf-8")))
    return found - set(sys.stdlib_module_names) - {"nuner"}


def distributions_of(packages: set[str]) -> set[str]:
    installed = packages_distributions()
    return {normalized(name) for package in packages for name in installed.get(package, [package])}


def extras(*names: str) -> set[str]:
    return {normalized(name) for extra in names for name in listed("options.extras_require", extra)} - {"nuner"}


INSTALLED = {normalized(name) for name in listed("options", "install_requires")}
FEATURES = ("quickstart", "plot", "map", "wikipedia", "gguf", "onnx", "openvino", "demo", "serve", "ray", "spacy")


def test_every_direct_import_is_declared():
    modules = [path for path in files_of_rooms() if path.suffix == ".py" and path.parent != SPACE]
    imported = distributions_of(set().union(*map(imported_by, modules)) - BROUGHT_BY_THE_CALLER)
    undeclared = imported - INSTALLED - extras(*FEATURES)
    assert not undeclared, f"imported, and declared neither for all nor in an extra: {undeclared}"


def test_every_direct_import_of_the_tests_is_declared():
    modules = [path for room in ("tests", "benchmarks") for path in (ROOT / room).rglob("*.py")]
    neighbors = {"support", *(path.stem for path in (ROOT / "benchmarks").glob("*.py"))}
    imported = distributions_of(set().union(*map(imported_by, modules)) - neighbors)
    undeclared = imported - INSTALLED - extras("test", *FEATURES)
    assert not undeclared, f"imported by tests, and not in the extra `test`: {undeclared}"


def test_what_every_installation_gets_is_imported():
    modules = [path for path in files_of_rooms() if path.suffix == ".py"]
    unused = INSTALLED - distributions_of(set().union(*map(imported_by, modules)))
    assert not unused, f"declared in `install_requires`, and imported nowhere: {unused}"


def pins() -> dict[str, str]:
    """Distribution -> the version that the newest Pythons get."""
    found: dict[str, str] = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if "==" in line:
            name, _, version = line.partition(";")[0].partition("==")
            found.setdefault(normalized(name), version)
    return found


def test_what_is_declared_is_pinned_for_the_tests():
    exact = {
        line.partition("==")[0] for option in SETUP["options.extras_require"].values() for line in option.splitlines()
        if "==" in line
    }  # fmt: skip
    declared = INSTALLED | extras(*SETUP["options.extras_require"])
    loose = declared - set(pins()) - set(map(normalized, exact))
    assert not loose, f"constraints.txt names no version of {loose}"


def test_pre_commit_runs_the_ruff_that_is_pinned():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    (revision,) = [repo["rev"] for repo in hooks["repos"] if repo["repo"].endswith("/ruff-pre-commit")]
    assert revision == f"v{pins()['ruff']}"


def test_the_workflow_runs_every_python_that_setup_cfg_names():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    named = re.findall(r"Python :: (3\.\d+)", SETUP["metadata"]["classifiers"])
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == named
