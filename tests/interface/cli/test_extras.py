"""A package that an extra would bring is told in one line, whatever the command."""

import re
import sys
from configparser import ConfigParser

import pytest
from support.cli_runs import nuner
from support.folders import REPOSITORY
from support.tiny_recognizer import save_tiny_recognizer

from nuner import EntityRecognizer, export_recognizer
from nuner.cli import extras


@pytest.fixture(scope="module")
def model(tiny_bert_dir, tmp_path_factory):
    return save_tiny_recognizer(tiny_bert_dir, tmp_path_factory.mktemp("extras"))


@pytest.fixture(scope="module")
def exported(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported")
    for file_format in ("onnx", "openvino"):
        export_recognizer(model, folder, ["paris"], file_format=file_format)
    return folder


@pytest.mark.parametrize("missing", ["onnxruntime", "openvino"])
@pytest.mark.parametrize("command", ["predict", "serve", "evaluate", "demo"])
def test_a_backend_that_is_not_installed(exported, monkeypatch, tmp_path, command, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.chdir(tmp_path)
    extra = missing.removesuffix("runtime")
    options = {
        "predict": ["--text", "paris"],
        "serve": ["--port", 0],
        "evaluate": ["--data", "support-tickets"],
        "demo": [],
    }[command]
    result = nuner(command, exported, "--backend", extra, *options)
    assert result.exit_code == 2
    assert result.stderr == f"Error: {missing} is not installed; install it with: pip install 'nuner[{extra}]'\n"
    with pytest.raises(ImportError, match=f"{missing} is not installed"):
        EntityRecognizer.from_pretrained(exported, extra)


@pytest.mark.parametrize(
    ("missing", "command", "extra"),
    [
        ("fastapi", "serve", "serve"),
        ("uvicorn", "serve", "serve"),
        ("h11", "serve", "serve"),
        ("prometheus_client", "serve", "serve"),
        ("gradio", "demo", "demo"),
    ],
)
def test_what_a_command_needs(model, monkeypatch, missing, command, extra):
    for name in list(sys.modules):
        if name.startswith(("nuner.serving", "nuner.hub_cards.space", "uvicorn.protocols", f"{missing}.")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    result = nuner(command, model, "--port", 0)
    assert result.exit_code == 2
    assert result.stderr == f"Error: {missing} is not installed; install it with: pip install 'nuner[{extra}]'\n"


def test_the_extras_are_those_of_the_package():
    setup = ConfigParser()
    setup.read(REPOSITORY / "setup.cfg")
    for extra, modules in extras._EXTRAS.items():
        listed = (re.split(r"[>\[]", name)[0] for name in setup["options.extras_require"][extra].split())
        assert {name.replace("-", "_") for name in listed} - {"nuner"} == set(modules), extra


def test_other_imports_that_fail_are_bugs():
    assert extras.what_to_install(ModuleNotFoundError("No module named 'x'", name="x")) is None
    assert extras.what_to_install(ImportError("cannot import name 'y' from 'x'")) is None
