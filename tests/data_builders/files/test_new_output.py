"""What may be written over: nothing unasked, and what is read never."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.files.new_output import new_output
from nuner.data_builders.files.output_lock import OutputInUseError


def claim(*outputs: str | Path, **options) -> str:
    """Return what is said against outputs, if something is."""
    try:
        with new_output(*outputs, **options):
            return ""
    except FileExistsError as error:
        return str(error)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("encoder/config.json", "encoder/backbone/config.json", "data/train.jsonl", "earlier/figures.json"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("{}")
    for name in ("empty", "hidden/.git"):
        Path(name).mkdir(parents=True)
    Path("link").symlink_to("encoder")


@pytest.mark.parametrize("output", ["new", "new/and/deep", "empty", "empty/", "hidden", os.devnull])
def test_what_is_new_is_free(output):
    assert claim(output, inputs=["encoder", "me/model", None]) == ""


@pytest.mark.parametrize("output", ["earlier", "earlier/figures.json", "./earlier/", "data/../earlier"])
def test_what_is_there_is_replaced_when_that_is_asked_for(output):
    asked = f"{output} is there already: choose another output, or replace it with --force"
    assert claim("new", output).startswith(asked)
    assert claim("new", output, overwrite=True) == ""


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize(
    ("output", "inputs", "why"),
    [
        ("encoder", ["encoder"], "is what is read"),
        ("encoder/", ["./encoder"], "is what is read"),
        ("link", ["encoder"], "is what is read"),
        ("encoder", ["link"], "is what is read"),
        ("data/train.jsonl", ["me/model", "data/*.jsonl"], "is what is read"),
        (".", ["encoder"], "contains what is read, encoder"),
        ("encoder", ["encoder/backbone"], "contains what is read, encoder/backbone"),
        ("encoder/backbone", ["link"], "is a part of what is read, link"),
        ("data/train.jsonl", ["data"], "is a part of what is read, data"),
    ],
)
def test_what_is_read_is_never_replaced(output, inputs, why, overwrite):
    assert claim(output, inputs=inputs, overwrite=overwrite) == f"{output} {why}: choose another output."


def test_something_new_may_lie_in_what_is_read():
    assert claim("encoder/onnx", "encoder/evaluation.json", inputs=["encoder"]) == ""


def test_home_is_known(monkeypatch, tmp_path):
    monkeypatch.setenv("USERPROFILE" if sys.platform == "win32" else "HOME", str(tmp_path))
    assert "is what is read" in claim("encoder", inputs=["~/encoder"], overwrite=True)


def test_all_outputs_are_locked_until_the_end():
    with new_output("new", "earlier", overwrite=True):
        for output in ("new", "earlier"):
            assert Path(f".{output}.lock").exists()
    assert claim("new", "earlier", overwrite=True) == ""
    assert not list(Path().glob(".*.lock"))


def test_a_refusal_leaves_no_lock(tmp_path):
    assert claim("new", "earlier")
    assert not list(tmp_path.rglob(".*.lock"))


_NAMES = st.lists(st.sampled_from("ab"), min_size=1, max_size=3).map("/".join)


@given(output=_NAMES, read=_NAMES, there=st.lists(_NAMES), overwrite=st.booleans())
def test_what_is_accepted_does_not_touch_what_is_read(tmp_path_factory, output, read, there, overwrite):
    root = tmp_path_factory.mktemp("tree")
    for name in (read, *there):
        (root / name).mkdir(parents=True, exist_ok=True)
        (root / name / "file").touch()
    before = {path for path in root.rglob("*") if path.is_file()}
    if claim(root / output, inputs=[root / read], overwrite=overwrite):
        return
    within = {path for path in before if path.is_relative_to(root / output)}
    assert overwrite or not within
    assert not any(path.is_relative_to(root / read) for path in within)


def test_a_refused_lock_is_told_as_such(tmp_path):
    told: list[OSError] = []

    def second() -> None:
        try:
            with new_output("earlier", overwrite=True):
                pass
        except OSError as error:
            told.append(error)

    with new_output("earlier", overwrite=True):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert [type(error) for error in told] == [OutputInUseError]
