"""Processes that know the test Hub: fresh ones with a cache of their own, and this one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import huggingface_hub
import pytest
from support.hub_server.server import HubServer

WITHOUT_NUNER = "import sys; sys.modules['nuner'] = None\n"


def see_hub(hub: HubServer, patch: pytest.MonkeyPatch) -> None:
    """Let this very process talk to the test Hub, for what needs no fresh one.

    Args:
        hub: The server.
        patch: Undoes it.
    """
    constants = huggingface_hub.constants
    patch.setattr(constants, "ENDPOINT", hub.url)
    patch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub.url + "/{repo_id}/resolve/{revision}/{filename}")
    patch.setattr(constants, "HF_HUB_OFFLINE", False)
    patch.setattr(constants, "HF_HUB_DISABLE_XET", hub.xet is None)
    # transformers keeps one client for a whole process, with the address that was right at its first use.
    patch.setattr("transformers.utils.hub._hf_api", None)


def log_in(hub: HubServer, token: str, patch: pytest.MonkeyPatch) -> None:
    """Let this very process talk to the test Hub with a token, and with no other that lies on this machine.

    Args:
        hub: The server.
        token: Access token.
        patch: Undoes it.
    """
    see_hub(hub, patch)
    patch.setattr(huggingface_hub.constants, "HF_TOKEN_PATH", str(hub.store.root / "no-token"))
    patch.setenv("HF_TOKEN", token)


def hub_environment(hub: HubServer, home: Path, token: str | None) -> dict[str, str]:
    """The environment of a process that talks to the test Hub.

    Args:
        hub: The server.
        home: Folder for the process's caches.
        token: Access token, if it has one.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    environment |= {
        "HF_ENDPOINT": hub.url,
        "HF_HOME": str(home),
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_XET": "0" if hub.xet else "1",
        "OMP_NUM_THREADS": "1",
        "COLUMNS": "200",
    }
    if token is not None:
        environment["HF_TOKEN"] = token
    return environment


def run_python(code: str, hub: HubServer, home: Path, token: str | None = None) -> str:
    """Run code in a fresh process and return what it prints.

    Args:
        code: Python.
        hub: The server.
        home: Folder for the process's caches.
        token: Access token, if it has one.
    """
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=hub_environment(hub, home, token),
        cwd=home,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def start_nuner(
    hub: HubServer, home: Path, token: str | None, *arguments: str | Path, **environment: str
) -> subprocess.Popen[str]:
    """Start `nuner ...` in a fresh process.

    Args:
        hub: The server.
        home: Folder for the process's caches.
        token: Access token, if it has one.
        *arguments: The command and its arguments.
        **environment: Further variables.
    """
    return subprocess.Popen(
        [sys.executable, "-m", "nuner.cli", *map(str, arguments)],
        env=hub_environment(hub, home, token) | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
