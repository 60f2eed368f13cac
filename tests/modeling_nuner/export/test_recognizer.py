"""Exports: the same entities, a parity check beside each file, and no torch to run them."""

import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from support.folders import REPOSITORY
from support.tiny_recognizer import places, save_tiny_recognizer

from nuner import EntityRecognizer, export_recognizer

TEXTS = ["Paris and London visited the Berlin order", "the acme works", "x", "monday paris " * 60]


@pytest.fixture(scope="module")
def folder(tiny_bert_dir, tmp_path_factory):
    return save_tiny_recognizer(tiny_bert_dir, tmp_path_factory.mktemp("recognizer"))


@pytest.fixture(scope="module")
def exported(folder, tmp_path_factory):
    target = tmp_path_factory.mktemp("exported")
    for file_format in ("onnx", "openvino"):
        export_recognizer(folder, target, TEXTS, file_format=file_format, int8=True)
    return target


@pytest.mark.parametrize("backend", ["onnx", "openvino"])
def test_exports_find_the_same_entities(folder, exported, backend):
    expected = EntityRecognizer.from_pretrained(folder)(TEXTS)
    found = EntityRecognizer.from_pretrained(exported, backend)(TEXTS)
    assert places(found) == places(expected)
    for one, other in zip(found, expected, strict=True):
        assert [e["score"] for e in one] == pytest.approx([e["score"] for e in other], abs=1e-4)
    small = EntityRecognizer.from_pretrained(exported, backend, "int8")(TEXTS)
    assert len(small) == len(TEXTS)


@pytest.mark.parametrize("name", ["model.onnx", "openvino_model.xml"])
def test_the_parity_check_is_written_beside_the_file(exported, name):
    figures = json.loads((exported / f"{name}.parity.json").read_text())
    assert figures["words"] > 130
    assert figures["labels_changed"] == 0
    assert 0 < figures["largest_logit_difference"] < 1e-3
    int8 = json.loads((exported / f"{name.replace('model.', 'model_int8.')}.parity.json").read_text())
    assert int8["largest_logit_difference"] > figures["largest_logit_difference"]


def test_exporters_are_not_heard(folder, tmp_path):
    # In a process of its own: exporters say most when they are first used.
    script = (
        "from nuner import export_recognizer\n"
        "for file_format in ('onnx', 'openvino'):\n"
        f"    export_recognizer({str(folder)!r}, {str(tmp_path)!r}, {TEXTS!r}, file_format=file_format, int8=True)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    said = [line for line in done.stderr.replace("\r", "\n").splitlines() if line and "Loading weights" not in line]
    assert said == []


def test_onnx_runs_where_torch_and_transformers_cannot_be_imported(exported, folder):
    script = (
        "import sys; sys.modules['torch'] = sys.modules['transformers'] = None\n"
        "import json; from nuner import EntityRecognizer\n"
        f"recognizer = EntityRecognizer.from_pretrained({str(exported)!r}, backend='onnx')\n"
        f"print(json.dumps(recognizer({TEXTS!r})))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    expected = EntityRecognizer.from_pretrained(folder)(TEXTS)
    assert places(json.loads(done.stdout)) == places(expected)


def test_the_packages_that_the_guide_names_are_all_that_onnx_needs(exported, tmp_path):
    """Nothing is imported but those packages, what they require, and this one."""
    (tmp_path / "texts.txt").write_text("paris\n")
    for_python, for_commands = (
        {*line.split("#")[0].split()[2:]}
        for line in (REPOSITORY / "docs/export.md").read_text().splitlines()
        if line.startswith("pip install") and ("for Python" in line or "for the command line" in line)
    )
    loads = f"EntityRecognizer.from_pretrained({str(exported)!r}, backend='onnx')('paris')"
    arguments = ["predict", str(exported), str(tmp_path / "texts.txt"), "--backend", "onnx"]
    for script, named in (
        (f"from nuner import EntityRecognizer; {loads}", for_python),
        (f"from nuner.cli import app; app({arguments!r}, standalone_mode=False)", for_python | for_commands),
    ):
        listed = "\nimport sys; print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
        blocked = "import sys; sys.modules['torch'] = sys.modules['transformers'] = None\n"
        done = subprocess.run(
            [sys.executable, "-c", blocked + script + listed], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        owners = packages_distributions()
        imported = {owner for name in done.stderr.split("\n")[-2].split() for owner in owners.get(name, ())}
        imported -= {"nuner", "torch", "transformers", "setuptools"}
        assert {owner.lower().replace("-", "_") for owner in imported} <= with_requirements(named)


def with_requirements(names: set[str]) -> set[str]:
    """Add to packages all that they require, however far."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = canonicalize_name(waiting.pop()).replace("-", "_")
        if name in found:
            continue
        found.add(name)
        try:
            needed = [Requirement(line) for line in requires(name) or []]
        except PackageNotFoundError:  # for other platforms
            continue
        waiting += [one.name for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})]
    return found


def test_what_is_missing_is_said(folder, exported, tmp_path):
    with pytest.raises(ValueError, match="computes in float32 or int8, not in 'bfloat16'"):
        EntityRecognizer.from_pretrained(exported, "onnx", "bfloat16")
    with pytest.raises(FileNotFoundError, match="nuner export RECOGNIZER --format onnx --int8"):
        EntityRecognizer.from_pretrained(folder, "onnx", "int8")
    (tmp_path / "hollow").mkdir()
    with pytest.raises(ValueError, match=r"has no config\.json"):
        EntityRecognizer.from_pretrained(tmp_path / "hollow", "onnx")
    with pytest.raises(ValueError, match="no sample text"):
        export_recognizer(folder, tmp_path / "out", [" "])
    with pytest.raises(ValueError, match="unknown format 'tflite'"):
        export_recognizer(folder, tmp_path / "out", TEXTS, file_format="tflite")  # pyright: ignore[reportArgumentType]
