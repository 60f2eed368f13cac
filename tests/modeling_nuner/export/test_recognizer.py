"""Exports: the same entities, a parity check beside each file, and no torch to run them."""

import json
import subprocess
import sys

import pytest
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
