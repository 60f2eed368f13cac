"""A Hub of the tests' own, and small models and corpora to push to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.hub_people import ACCOUNTS, ALICE
from support.hub_processes import log_in
from support.hub_server.server import HubServer


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubServer]:
    """A running Hub without a repository, and its own log."""
    with HubServer(tmp_path / "hub", ACCOUNTS, part_size=1 << 20) as server:
        yield server


@pytest.fixture
def here(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> HubServer:
    """The Hub as this very process sees it, logged in as alice; for what needs no fresh process."""
    log_in(hub, ALICE, monkeypatch)
    return hub
