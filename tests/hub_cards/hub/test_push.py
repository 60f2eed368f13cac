"""Pushing from this process to the test Hub: what is sent, what is refused, and what is said."""

import json
import logging
import shutil
from pathlib import Path

import pytest
from huggingface_hub import HfApi, ModelCard, constants
from support.hub_people import ALICE, LIMITED, READER, STRANGER
from transformers import AutoModelForTokenClassification, AutoTokenizer

from nuner import NuNerForPreTraining, NuNerForTokenClassification
from nuner.hub_cards.hub.errors import HubError, without_secrets
from nuner.hub_cards.hub.model_push import push_model
from nuner.hub_cards.hub.push import push_folder


@pytest.fixture(scope="module")
def saved(tiny_bert_dir, tmp_path_factory) -> Path:
    """A saved bi-encoder with its tokenizer, and what a training leaves beside it."""
    folder = tmp_path_factory.mktemp("saved") / "bi-encoder"
    NuNerForPreTraining.from_encoders(tiny_bert_dir).save_pretrained(folder)
    AutoTokenizer.from_pretrained(tiny_bert_dir).save_pretrained(folder)
    (folder / "checkpoint-3").mkdir()
    (folder / "checkpoint-3" / "model.safetensors").write_bytes(b"old")
    (folder / "optimizer.pt").write_bytes(b"a pickle")
    (folder / ".env").write_text("KEY=secret")
    return folder


@pytest.fixture
def model(saved, tmp_path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copytree(saved, tmp_path / "bi-encoder"))


def files_of(hub, repo_id, kind="model", revision="main"):
    return hub.store.repository(kind, repo_id).resolve(revision).files


def test_the_first_push_is_private_and_one_commit_with_everything(here, model):
    plan = push_folder(model, "tickets")
    assert (plan.repo_id, plan.repo_type, plan.creates, plan.private) == ("alice/tickets", "model", True, True)
    repository = here.store.repository("model", "alice/tickets")
    assert repository.state()["private"]
    assert [commit.title for commit in repository.history("main")] == [
        "Upload bi-encoder with nuner",
        "initial commit",
    ]
    files = files_of(here, "alice/tickets")
    assert {"README.md", "config.json", "model.safetensors", "modeling_nuner.py", "tokenizer.json"} <= set(files)
    assert not [path for path in files if "checkpoint" in path or path.endswith(".pt") or path == ".env"]
    assert plan.left_out["optimizer.pt"].startswith("a pickle")
    assert "checkpoint-3/" in plan.left_out


def test_the_card_names_the_repository_and_is_valid(here, model):
    push_folder(model, "acme/tickets")
    card = ModelCard((model / "README.md").read_text())
    assert card.data.get("library_name") == "transformers"
    assert "acme/tickets" in card.text


def test_a_second_push_sends_only_what_changed(here, model):
    push_folder(model, "tickets")
    here.log.clear()
    assert push_folder(model, "tickets").sent == []
    assert here.log.writes() == []
    (model / "vocab.txt").write_text("new")
    plan = push_folder(model, "tickets")
    assert [file.path_in_repo for file in plan.sent] == ["vocab.txt"]
    assert here.log.uploads() == []


def test_files_of_an_earlier_push_that_would_be_read_too_are_deleted(here, model):
    push_model(NuNerForPreTraining.from_pretrained(model), "tickets", max_shard_size="20KB")
    shards = [path for path in files_of(here, "alice/tickets") if path.endswith(".safetensors")]
    assert len(shards) > 1
    plan = push_folder(model, "tickets")
    assert sorted(plan.deleted) == [*sorted(shards), "model.safetensors.index.json"]
    assert [path for path in files_of(here, "alice/tickets") if path.endswith(".safetensors")] == ["model.safetensors"]


def test_branches_and_tags(here, model):
    push_folder(model, "tickets")
    (model / "vocab.txt").write_text("of the branch")
    push_folder(model, "tickets", revision="trial", tags=["v1", "v1.0"])
    state = here.store.repository("model", "alice/tickets").state()
    assert state["tags"] == {"v1": state["branches"]["trial"], "v1.0": state["branches"]["trial"]}
    assert state["branches"]["main"] != state["branches"]["trial"]
    assert "vocab.txt" not in files_of(here, "alice/tickets")
    here.log.clear()
    with pytest.raises(HubError, match="has a tag 'v1' already"):
        push_folder(model, "tickets", tags=["v1"])
    assert here.log.writes() == []


def test_a_dry_run_only_reads(here, model):
    plan = push_folder(model, "tickets", tags=["v1"], dry_run=True)
    assert {file.path_in_repo for file in plan.sent} >= {"README.md", "model.safetensors"}
    assert here.log.writes() == []
    assert not here.store.repository("model", "alice/tickets").exists


def test_a_dry_run_needs_no_login(here, model, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "")
    here.log.clear()
    plan = push_folder(model, "you/tickets", tags=["v1"], dry_run=True)
    assert not plan.compared
    assert {file.path_in_repo for file in plan.sent} >= {"README.md", "model.safetensors"}
    assert here.log.all() == []
    with pytest.raises(HubError, match="no repository name"):
        push_folder(model, "no/such/name", dry_run=True)


def test_public_only_when_asked_and_never_changed(here, model):
    push_folder(model, "tickets", private=False)
    assert not here.store.repository("model", "alice/tickets").state()["private"]
    assert not push_folder(model, "tickets").private
    with pytest.raises(HubError, match="exists and is public"):
        push_folder(model, "tickets", private=True)


@pytest.mark.parametrize(
    ("token", "repo_id", "sentence"),
    [
        ("", "tickets", "There is no access token"),
        ("hf_wrongSecretToken", "tickets", "the access token is not valid"),
        (READER, "tickets", "may only read"),
        (STRANGER, "alice/tickets", "bob has no permission to push to alice/tickets"),
        (LIMITED, "tickets", "this token has no permission"),
        (ALICE, "no/such/name", "no repository name"),
        (ALICE, "alice/two words", "no repository name"),
    ],
)
def test_who_may_not_push_hears_it_in_one_sentence(here, model, monkeypatch, caplog, token, repo_id, sentence):
    monkeypatch.setenv("HF_TOKEN", token)
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.DEBUG, logger="huggingface_hub")
    with pytest.raises(HubError, match=sentence) as refused:
        push_folder(model, repo_id)
    assert "\n" not in str(refused.value)
    assert here.log.writes() == []
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    assert not token or token not in str(refused.value) + caplog.text


def test_a_repository_of_another_kind(here, model):
    HfApi().create_repo("tickets", repo_type="dataset")
    here.log.clear()
    with pytest.raises(HubError, match="alice/tickets exists already as a dataset"):
        push_folder(model, "tickets")
    assert here.log.writes() == []


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ((r"POST .*/commit/", 403, "No entry for {token}"), r"no permission for it \(the Hub says: .*\[token\]"),
        ((r"POST .*/commit/", 412, "changed"), "changed on the Hub in the meantime"),
        ((r"POST .*/commit/", 500, "{token} broke it"), "a fault"),
        ((r"GET /api/whoami", 429, "slow down, {token}"), "asks to wait"),
        ((r"POST .*/objects/batch", 403, "{token} may not"), "no permission"),
    ],
)
def test_what_the_server_says_is_passed_on_without_the_token(here, model, monkeypatch, caplog, fault, sentence):
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.DEBUG, logger="huggingface_hub")
    here.faults.refuse(*fault)
    with pytest.raises(HubError, match=sentence) as refused:
        push_folder(model, "tickets")
    assert ALICE not in str(refused.value) + caplog.text
    repository = here.store.repository("model", "alice/tickets")
    assert not repository.exists or set(files_of(here, "alice/tickets")) == {".gitattributes"}


def test_offline_mode(here, model, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(HubError, match="HF_HUB_OFFLINE is set"):
        push_folder(model, "tickets")


def test_no_connection(here, model):
    here.__exit__()
    with pytest.raises(HubError, match="no connection to the Hub"):
        push_folder(model, "tickets")


def test_a_file_with_the_token_is_not_pushed(here, model):
    (model / "notes.md").write_text(f"my token is {ALICE}")
    with pytest.raises(HubError, match=r"notes\.md holds your access token") as refused:
        push_folder(model, "tickets")
    assert ALICE not in str(refused.value)
    assert here.log.writes() == []


def test_what_is_no_model_is_refused(here, model, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(HubError, match="neither a model"):
        push_folder(tmp_path / "empty", "tickets")
    with pytest.raises(FileNotFoundError, match="is no folder"):
        push_folder(tmp_path / "absent", "tickets")
    (model / "model.safetensors").rename(model / "pytorch_model.bin")
    with pytest.raises(HubError, match="no weights in safetensors"):
        push_folder(model, "tickets")
    assert here.log.all() == []


def test_a_card_that_contradicts_the_checkpoint_is_refused(here, tiny_bert_dir, tmp_path):
    folder = tmp_path / "recognizer"
    NuNerForTokenClassification.from_encoder(tiny_bert_dir, ["O", "B-city", "I-city"]).save_pretrained(folder)
    (folder / "README.md").write_text("---\nentity_types: [drug]\n---\nMine.\n")
    with pytest.raises(ValueError, match="drug"):
        push_folder(folder, "cities")
    assert here.log.writes() == []


def test_code_that_is_not_the_packages_is_refused(here, model):
    (model / "modeling_nuner.py").write_text("print('something else')\n")
    with pytest.raises(HubError, match=r"is not the modeling_nuner\.py of nuner"):
        push_folder(model, "tickets")
    config = json.loads((model / "config.json").read_text())
    (model / "config.json").write_text(json.dumps({**config, "nuner_version": "0.0.1"}))
    with pytest.raises(HubError, match=r"saved by nuner 0\.0\.1"):
        push_folder(model, "tickets")
    assert here.log.all() == []


def test_plain_models_are_pushed_without_code(here, tiny_bert_dir):
    plain = AutoModelForTokenClassification.from_pretrained(tiny_bert_dir)
    push_model(plain, "plain", tokenizer=AutoTokenizer.from_pretrained(tiny_bert_dir))
    assert not [path for path in files_of(here, "alice/plain") if path.endswith(".py")]


def test_any_token_is_blotted_out():
    said = f"no entry for hf_{'x' * 34}, Bearer abc.def (retry), MyOwnToken; see HF_HUB_OFFLINE and hf_hub_download"
    assert without_secrets(said, "MyOwnToken") == (
        "no entry for [token], Bearer [token] (retry), [token]; see HF_HUB_OFFLINE and hf_hub_download"
    )
