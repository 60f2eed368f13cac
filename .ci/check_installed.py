"""Use an installed wheel from outside the checkout: every module, every public name, every file beside them.

Run by `.ci/wheel-check` as `python check_installed.py CHECKOUT`, in an environment without any extra.
"""

import gzip
import json
import re
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from importlib import import_module
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from pkgutil import walk_packages

import evaluate
import jinja2

import nuner

INSTALLED = Path(nuner.__file__).parent
ROOMS = ("data_builders", "hub_cards", "modeling_nuner", "trainers")


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def packages_of_extras() -> set[str]:
    """What the extras bring, and this environment does not have to have."""
    return {normalized(re.split(r"[\s<>=!~;\[(]", line)[0]) for line in requires("nuner") or [] if "extra ==" in line}


def missing_package(error: BaseException | None) -> str | None:
    """The package whose absence an import failed at."""
    while error is not None:
        if isinstance(error, ModuleNotFoundError) and error.name:
            return error.name.partition(".")[0]
        error = error.__cause__ or error.__context__
    return None


def check_modules() -> None:
    extras, imported, waiting = packages_of_extras(), 0, []
    for module in walk_packages([str(INSTALLED)], "nuner."):
        if module.name.endswith(".__main__"):
            continue
        try:
            import_module(module.name)
            imported += 1
        except ImportError as error:
            missing = missing_package(error)
            if missing is None or normalized(missing) not in extras:
                raise
            waiting.append(f"{module.name} ({missing})")
    print(f"{imported} modules imported; {len(waiting)} wait for an extra: {', '.join(waiting)}")


def check_public_names() -> None:
    for room in ("nuner", *(f"nuner.{room}" for room in ROOMS)):
        module = import_module(room)
        for name in module.__all__:
            getattr(module, name)
        print(f"{room}: {', '.join(module.__all__)}")


def files_below(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path


def check_files(checkout: Path) -> None:
    """The wheel holds the files of the rooms, all of them and no other."""
    setup = ConfigParser()
    setup.read(checkout / "setup.cfg", encoding="utf-8")
    expected = set()
    for line in setup["options"]["package_dir"].strip().splitlines():
        package, folder = line.split(" = ")
        inside = Path(*package.split(".")[1:])
        expected |= {inside / path.relative_to(checkout / folder) for path in files_below(checkout / folder)}
    found = {path.relative_to(INSTALLED) for path in files_below(INSTALLED)}
    assert found == expected, f"missing: {sorted(expected - found)}; too many: {sorted(found - expected)}"
    read = [path for path in sorted(found) if path.suffix != ".py"]
    for path in read:
        read_whole(INSTALLED / path)
    print(f"{len(found)} files installed, {len(read)} of them templates, data and types")


def read_whole(path: Path) -> None:
    """Read a file as the package does."""
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            assert all(json.loads(line) for line in lines)
    elif path.suffix == ".jsonl":
        assert all(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    elif path.suffix == ".jinja":
        jinja2.Environment().parse(path.read_text(encoding="utf-8"))
    else:
        path.read_text(encoding="utf-8")


def check_metric() -> None:
    metric = evaluate.load(str(nuner.hub_cards.METRIC_FOLDER))
    assert metric.compute(predictions=[["B-city"]], references=[["B-city"]])["f1"] == 1


checkout = Path(sys.argv[1])
assert not INSTALLED.is_relative_to(checkout), INSTALLED
assert packages_distributions()["nuner"] == ["nuner"]
check_modules()
check_public_names()
check_files(checkout)
check_metric()
