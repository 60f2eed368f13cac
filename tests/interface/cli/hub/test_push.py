"""`nuner push` and `nuner pull`, and where the access token must not be."""

import os
from pathlib import Path

import pytest
from support.cli_runs import nuner
from support.hub_people import ALICE, LIMITED, READER
from support.hub_processes import start_nuner
from transformers import AutoTokenizer, TrainingArguments

from nuner import NuNerForTokenClassification, save_recognizer
from nuner.trainers.hub_trainer import HubTrainer

LABELS = ["O", "B-city", "I-city"]


@pytest.fixture
def recognizer(tiny_bert_dir, tmp_path) -> Path:
    """A saved recognizer."""
    folder = tmp_path / "recognizer"
    model = NuNerForTokenClassification.from_encoder(tiny_bert_dir, LABELS, num_classifier_layers=2)
    save_recognizer(model, AutoTokenizer.from_pretrained(tiny_bert_dir), folder)
    return folder


def test_a_dry_run_lists_what_would_be_sent(here, recognizer):
    (recognizer / "optimizer.pt").write_bytes(b"a pickle")
    result = nuner("push", recognizer, "tickets", "--dry-run", "--tag", "v1")
    assert result.exit_code == 0, result.output
    for part in ("README.md", "model.safetensors", "modeling_nuner.py", "new", "left out: optimizer.pt (a pickle"):
        assert part in result.output
    assert "to the new private model alice/tickets, tagged v1" in result.output
    assert here.log.writes() == []
    assert "Would push 0 of" not in result.output
    nuner("push", recognizer, "tickets")
    assert "Would push 0 of" in nuner("push", recognizer, "tickets", "--dry-run").output


def test_a_dry_run_without_a_login_says_that_the_hub_was_not_asked(here, recognizer, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "")
    result = nuner("push", recognizer, "you/tickets", "--dry-run")
    assert result.exit_code == 0, result.output
    assert "to the private model you/tickets" in result.output
    assert "Not logged in: the Hub was not asked" in result.output


def test_push_with_a_space_and_pull(here, recognizer, tmp_path):
    result = nuner("push", recognizer, "tickets", "--space", "tickets-demo")
    assert result.exit_code == 0, result.output
    assert "to the new private model alice/tickets" in result.output
    assert "to the new private space alice/tickets-demo" in result.output
    assert "needs a token that may read it" in result.output
    space = here.store.repository("space", "alice/tickets-demo")
    assert space.state()["sdk"] == "gradio"
    files = space.resolve("main").files
    assert {"README.md", "app.py", "requirements.txt", "space.json"} <= set(files)
    assert '"alice/tickets"' in space.read_blob(files["space.json"]).read_text()
    result = nuner("pull", "alice/tickets", tmp_path / "pulled")
    assert result.exit_code == 0, result.output
    for path in recognizer.iterdir():
        assert (tmp_path / "pulled" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["pull", "alice/absent", "{out}"],
            "Could not pull the model alice/absent: it does not exist, or it is private",
        ),
        (["pull", "alice/tickets", "{out}", "--revision", "v9"], "no such branch, tag or commit"),
        (["pull", "no name", "{out}"], "no repository name"),
        (["push", "{out}/absent", "tickets"], "is no folder"),
        (["push", "{folder}", "tickets", "--license", "mit"], "--license is for corpora"),
        (["push", "{folder}", "bob/tickets"], "alice has no permission to push to bob/tickets"),
    ],
)
def test_bad_input_is_answered_in_one_sentence(here, recognizer, tmp_path, arguments, sentence):
    nuner("push", recognizer, "tickets")
    here.log.clear()
    places = {"out": tmp_path / "out", "folder": recognizer}
    result = nuner(*(argument.format(**places) for argument in arguments))
    assert result.exit_code == 2
    assert sentence in " ".join(result.output.replace("│", " ").split())
    assert "Traceback" not in result.output
    assert here.log.writes() == []


@pytest.mark.parametrize("token", [None, "hf_wrongSecretToken", READER, LIMITED])
def test_without_a_token_that_may_write(here, recognizer, monkeypatch, token):
    monkeypatch.delenv("HF_TOKEN")
    if token:
        monkeypatch.setenv("HF_TOKEN", token)
    result = nuner("push", recognizer, "tickets")
    assert result.exit_code == 2
    assert len(result.output.strip().splitlines()) == 1
    assert not token or token not in result.output
    assert here.log.writes() == []


def test_a_trainer_pushes_privately_and_without_the_token(here, tiny_bert_dir, tmp_path):
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert_dir)
    args = TrainingArguments(
        output_dir=str(tmp_path / "run"), report_to="none", use_cpu=True, hub_model_id="trained", hub_token=ALICE
    )
    model = NuNerForTokenClassification.from_encoder(tiny_bert_dir, LABELS)
    HubTrainer(model, args, processing_class=tokenizer).push_to_hub()
    repository = here.store.repository("model", "alice/trained")
    assert repository.state()["private"]
    files = repository.resolve("main").files
    assert {"README.md", "config.json", "model.safetensors", "tokenizer.json", "training_args.json"} <= set(files)
    assert not [path for path in files if path.endswith((".bin", ".pt", ".pkl"))]
    assert_nowhere(ALICE, tmp_path)


def test_the_token_is_in_no_file_and_no_line(hub, recognizer, tmp_path):
    """A fresh process at its most talkative, and a server that repeats the token in its complaint."""
    home = tmp_path / "home"
    hub.faults.refuse(r"POST .*/commit/", 403, "the token {token} may not")
    push = start_nuner(hub, home, ALICE, "push", recognizer, "tickets", HF_HUB_VERBOSITY="debug", HF_DEBUG="1")
    output = "".join(push.communicate(timeout=240))
    assert push.returncode == 2
    assert "the token [token] may not" in output
    assert ALICE not in output
    assert_nowhere(ALICE, tmp_path)


def assert_nowhere(secret: str, folder: Path) -> None:
    """Look into every file."""
    looked_at = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            assert secret.encode() not in (Path(parent) / name).read_bytes(), Path(parent) / name
            looked_at += 1
    assert looked_at > 5
