"""The doors of the rooms: what they offer is there, is said in one place, and stands in the docs."""

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
ROOMS = ("data_builders", "hub_cards", "modeling_nuner", "trainers")
PACKAGES = ("nuner", *(f"nuner.{room}" for room in ROOMS))


def offered_by(package: str) -> dict[str, str]:
    """Public name -> the module that the package's stub takes it from."""
    stub = Path(str(import_module(package).__file__)).with_suffix(".pyi")
    found = {}
    for statement in ast.parse(stub.read_text(encoding="utf-8")).body:
        assert isinstance(statement, ast.ImportFrom), ast.unparse(statement)
        assert statement.level == 1, ast.unparse(statement)
        for alias in statement.names:
            # `import x as x` is what makes a name of a stub public.
            assert alias.asname == alias.name, ast.unparse(statement)
            found[alias.name] = f"{package}.{statement.module}"
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_a_door_offers_what_its_stub_says(package):
    door, offered = import_module(package), offered_by(package)
    assert door.__all__ == sorted(offered)
    assert set(offered) <= set(dir(door))
    for name, module in offered.items():
        assert getattr(door, name) is getattr(import_module(module), name), name


@pytest.mark.parametrize("room", ROOMS)
def test_a_door_takes_names_from_where_they_are_defined(room):
    package = f"nuner.{room}"
    for name, module in offered_by(package).items():
        value = getattr(import_module(package), name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert value.__module__ == module, name
            assert inspect.getdoc(value), f"{name} says nothing of itself"


def test_the_front_door_offers_what_the_rooms_offer():
    for name, door in offered_by("nuner").items():
        if name != "__version__":
            assert name in import_module(door).__all__, f"nuner.{name} is no public name of {door}"


def test_names_mean_one_thing():
    doors = {package: set(offered_by(package)) for package in PACKAGES[1:]}
    for package, names in doors.items():
        for other, theirs in doors.items():
            assert package == other or not names & theirs, (package, other)


# What the reference is made from: the lines `::: nuner.name`.
DOCUMENTED = [
    directive
    for path in sorted(DOCS.rglob("*.md"))
    for directive in re.findall(r"^::: *(nuner[\w.]*)", path.read_text(encoding="utf-8"), re.MULTILINE)
]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_stands_in_the_reference(package):
    # What the front door takes from a room is explained on the page of the room.
    missing = {
        name
        for name, door in offered_by(package).items()
        if not {f"{package}.{name}", f"{door}.{name}"} & set(DOCUMENTED)
    }
    missing -= {"__version__"}
    page = f"docs/api/{package.rpartition('.')[2]}.md"
    assert not missing, f"write `::: {package}.NAME` into {page} for {', '.join(sorted(missing))}"


def test_the_api_reference_names_what_there_is():
    public = {f"{package}.{name}" for package in PACKAGES for name in offered_by(package)} | set(PACKAGES)
    unknown = [name for name in DOCUMENTED if name not in public]
    assert not unknown, f"docs/api names what is not public: {', '.join(unknown)}"
