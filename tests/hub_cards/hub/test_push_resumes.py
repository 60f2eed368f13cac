"""Interrupted pushes: nothing visible before the end, nothing sent twice."""

import shutil
import signal
from pathlib import Path

import pytest
import torch
from support.hub_people import ACCOUNTS, ALICE
from support.hub_processes import see_hub, start_nuner
from support.hub_server.server import HubServer
from transformers import BertConfig

from nuner import NuNerConfig, NuNerForPreTraining
from nuner.hub_cards import HubError, pull_folder, push_folder


@pytest.fixture(scope="module")
def sharded(tmp_path_factory) -> Path:
    """A bi-encoder in many files of weights."""
    encoder = BertConfig(
        vocab_size=500, hidden_size=128, num_hidden_layers=6, num_attention_heads=2, intermediate_size=512
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = NuNerForPreTraining(NuNerConfig(text_config=encoder))
    folder = tmp_path_factory.mktemp("sharded") / "model"
    model.save_pretrained(folder, max_shard_size="1MB")
    assert len(list(folder.glob("*.safetensors"))) > 8
    return folder


def test_a_killed_push_goes_on_where_it_was(here, sharded, tmp_path):
    weights = sorted(sharded.glob("*.safetensors"))
    here.faults.hold_uploads_after(sum(path.stat().st_size for path in weights) * 6 // 10)
    push = start_nuner(here, tmp_path, ALICE, "push", sharded, "large")
    assert here.faults.held.wait(120), push.communicate()
    arrived = here.log.uploaded_objects()
    assert 0 < len(arrived) < len(weights)
    push.send_signal(signal.SIGKILL)
    output = "".join(push.communicate(timeout=60))
    here.faults.release()
    repository = here.store.repository("model", "alice/large")
    assert set(repository.resolve("main").files) == {".gitattributes"}

    push_folder(sharded, "large")
    assert len(repository.history("main")) == 2
    for path in weights:
        stored = repository.resolve("main").files[path.name]
        assert here.store.object_path(stored.sha256 or "").read_bytes() == path.read_bytes()
    uploads = here.log.uploaded_objects()
    assert len(uploads) == len(set(uploads)) == len(weights)
    assert set(arrived) <= set(uploads)
    assert ALICE not in output


def test_ctrl_c_leaves_the_repository_as_it_was(here, sharded, tmp_path):
    here.faults.hold_uploads_after(1 << 20)
    push = start_nuner(here, tmp_path, ALICE, "push", sharded, "large")
    assert here.faults.held.wait(120), push.communicate()
    push.send_signal(signal.SIGINT)
    here.faults.release()
    _, errors = push.communicate(timeout=120)
    assert push.returncode == 130
    assert "Stopped; large is as it was." in errors
    assert set(here.store.repository("model", "alice/large").resolve("main").files) == {".gitattributes"}


def test_a_large_file_goes_in_parts_and_comes_back(here, sharded, tmp_path):
    folder = Path(shutil.copytree(sharded, tmp_path / "model"))
    NuNerForPreTraining.from_pretrained(folder).save_pretrained(tmp_path / "whole")
    weights = tmp_path / "whole" / "model.safetensors"
    push_folder(tmp_path / "whole", "large", tags=["v1"])
    parts = [request for request in here.log.uploads() if request.path.rsplit("/", 1)[1].isdigit()]
    assert len(parts) == -(-weights.stat().st_size // (1 << 20)) > 1
    assert sum(part.received for part in parts) == weights.stat().st_size
    pull_folder("alice/large", tmp_path / "pulled", revision="v1")
    for path in (tmp_path / "whole").iterdir():
        assert (tmp_path / "pulled" / path.name).read_bytes() == path.read_bytes()


def test_xet_storage_sends_no_chunk_twice(sharded, tmp_path, monkeypatch):
    """The client's own storage library, which is what uploads where it is installed, as it mostly is."""
    with HubServer(tmp_path / "hub", ACCOUNTS, xet=True) as hub:
        assert hub.xet is not None
        see_hub(hub, monkeypatch)
        monkeypatch.setenv("HF_TOKEN", ALICE)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
        hub.faults.refuse(r"POST .*/commit/", 500, "broken")
        with pytest.raises(HubError, match="run the same command again"):
            push_folder(sharded, "large")
        hub.faults.clear()
        arrived = hub.xet.stored_bytes()
        assert arrived > 0
        push_folder(sharded, "large")
        assert hub.xet.stored_bytes() == arrived
        assert hub.log.uploads() == []
        pull_folder("alice/large", tmp_path / "pulled")
        for path in sharded.iterdir():
            assert (tmp_path / "pulled" / path.name).read_bytes() == path.read_bytes()
