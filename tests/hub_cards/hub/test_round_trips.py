"""Models by name: pushed here, loaded in fresh processes with empty caches, with and without this package."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.hub_people import ACCOUNTS, ALICE
from support.hub_processes import WITHOUT_NUNER, run_python, see_hub
from support.hub_server.server import HubServer
from transformers import AutoTokenizer, BertConfig

from nuner import NuNerConfig, NuNerForPreTraining, NuNerForTokenClassification, __version__, save_recognizer
from nuner.hub_cards import push_folder
from nuner.modeling_nuner.export.plain import export_backbone

LABELS = ["O", "B-city", "I-city"]
LOADING = """
import hashlib, json, sys
from huggingface_hub import hf_hub_download
from transformers import AutoModel, AutoModelForPreTraining, AutoModelForTokenClassification, pipeline
classes = {"bi-encoder": [AutoModel, AutoModelForPreTraining, AutoModelForTokenClassification],
           "backbone": [AutoModel], "plain": [AutoModelForTokenClassification],
           "two-layers": [AutoModelForTokenClassification, AutoModel]}
found = {}
for name, autos in classes.items():
    options = {"trust_remote_code": True} if TRUST and name in ("bi-encoder", "two-layers") else {}
    models = [auto.from_pretrained(f"alice/{name}", **options) for auto in autos]
    weights = open(hf_hub_download(f"alice/{name}", "model.safetensors"), "rb").read()
    entry = {"classes": [type(model).__name__ for model in models],
             "modules": [type(model).__module__.split(".")[0] for model in models],
             "sha256": hashlib.sha256(weights).hexdigest()}
    if autos[0] is AutoModelForTokenClassification:
        ner = pipeline("ner", model=f"alice/{name}", aggregation_strategy="first", **options)
        entry["entities"] = [[e["start"], e["end"], round(float(e["score"]), 5)] for e in ner("anna lives in paris")]
    found[name] = entry
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def pushed(tiny_bert_dir, tmp_path_factory) -> Iterator[tuple[HubServer, dict[str, Path]]]:
    """A Hub with a model of each kind, and the folders that they were pushed from."""
    root = tmp_path_factory.mktemp("pushed")
    folders = {name: root / name for name in ("bi-encoder", "backbone", "plain", "two-layers")}
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert_dir)
    bi_encoder = NuNerForPreTraining.from_encoders(tiny_bert_dir)
    bi_encoder.save_pretrained(folders["bi-encoder"])
    export_backbone(bi_encoder, folders["backbone"])
    for name, layers in (("plain", 1), ("two-layers", 2)):
        recognizer = NuNerForTokenClassification.from_encoder(tiny_bert_dir, LABELS, num_classifier_layers=layers)
        save_recognizer(recognizer, tokenizer, folders[name])
    with HubServer(root / "hub", ACCOUNTS) as hub, pytest.MonkeyPatch.context() as patch:
        see_hub(hub, patch)
        for name, folder in folders.items():
            tokenizer.save_pretrained(folder)
            push_folder(folder, name, token=ALICE)
        yield hub, folders


@pytest.mark.parametrize("with_nuner", [True, False], ids=["with nuner", "without nuner"])
def test_every_kind_loads_by_name(pushed, tmp_path, with_nuner):
    hub, folders = pushed
    start = "import nuner\nTRUST = False\n" if with_nuner else f"{WITHOUT_NUNER}TRUST = True\n"
    found = json.loads(run_python(start + LOADING, hub, tmp_path, ALICE))
    for name, folder in folders.items():
        assert found[name]["sha256"] == hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    assert {name: entry["classes"] for name, entry in found.items()} == {
        "bi-encoder": ["NuNerModel", "NuNerForPreTraining", "NuNerForTokenClassification"],
        "backbone": ["BertModel"],
        "plain": ["BertForTokenClassification"],
        "two-layers": ["NuNerForTokenClassification", "NuNerModel"],
    }
    assert set(found["bi-encoder"]["modules"]) == {"nuner" if with_nuner else "transformers_modules"}
    assert found["backbone"]["modules"] == ["transformers"]
    here = pipeline_here(folders["two-layers"])
    assert found["two-layers"]["entities"] == here


def pipeline_here(folder: Path) -> list[list[float]]:
    from transformers import pipeline

    ner = pipeline("ner", model=str(folder), aggregation_strategy="first")  # pyright: ignore[reportCallIssue, reportArgumentType]
    return [[e["start"], e["end"], round(float(e["score"]), 5)] for e in ner("anna lives in paris")]


@pytest.mark.parametrize("name", ["bi-encoder", "two-layers"])
def test_the_code_on_the_hub_is_that_of_the_version_on_the_card(pushed, name):
    """Whoever trusts a checkpoint's code runs the files of the released package, to the byte."""
    from importlib.metadata import version
    from importlib.resources import files

    hub, _ = pushed
    repository = hub.store.repository("model", f"alice/{name}")
    on_the_hub = repository.resolve("main").files
    card = repository.read_blob(on_the_hub["README.md"]).read_text()
    config = json.loads(repository.read_blob(on_the_hub["config.json"]).read_text())
    assert f"nuner {config['nuner_version']}" in card
    assert config["nuner_version"] == version("nuner") == __version__
    code = [path for path in on_the_hub if path.endswith(".py")]
    assert {"configuration_nuner.py", "modeling_nuner.py", "loss.py"} <= set(code)
    for path in code:
        carried = repository.read_blob(on_the_hub[path]).read_bytes()
        original = (files("nuner.modeling_nuner") / path).read_bytes()
        assert hashlib.sha256(carried).hexdigest() == hashlib.sha256(original).hexdigest(), path


def test_transformers_own_push_is_private_and_without_pickle(here, tmp_path):
    config = NuNerConfig(text_config=BertConfig(vocab_size=300, hidden_size=32, num_attention_heads=2))
    NuNerForPreTraining(config).push_to_hub("own", revision="trial")
    repository = here.store.repository("model", "alice/own")
    assert repository.state()["private"]
    files = set(repository.resolve("trial").files)
    assert {"README.md", "config.json", "model.safetensors", "modeling_nuner.py"} <= files
    assert not [path for path in files if path.endswith((".bin", ".pt", ".pkl"))]
    NuNerForPreTraining(config).push_to_hub("open", private=False)
    assert not here.store.repository("model", "alice/open").state()["private"]
