"""A Hub of the tests' own, and small models and corpora to push to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import huggingface_hub
import pytest
from hub_people import ACCOUNTS, ALICE
from hub_processes import see_hub
from hub_server.server import HubServer


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubServer]:
    """A running Hub without a repository, and its own log."""
    with HubServer(tmp_path / "hub", ACCOUNTS, part_size=1 << 20) as server:
        yield server


@pytest.fixture
def here(hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HubServer:
    """The Hub as this very process sees it, logged in as alice; for what needs no fresh process."""
    see_hub(hub, monkeypatch)
    monkeypatch.setattr(huggingface_hub.constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.setenv("HF_TOKEN", ALICE)
    return hub
