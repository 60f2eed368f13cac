"""A studio over real HTTP on a free port of loopback: in a thread of this process, or as `nuner studio`."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.cli_runs import start_nuner
from support.narrow_page import CHROMIUM
from support.running_service import running

from nuner.cli.options.address import listener
from nuner.data_builders.labelled.projects.project import Project
from nuner.serving.server import BoundedServer
from nuner.studio.app import create_app
from nuner.studio.studio import Studio

TOKEN = "only-for-tests"
TEXTS = (
    "Ada lives in Paris.",
    "Acme works in London and Berlin.",
    "Grace visited Rome on Monday.",
    "The order of Monday was paid in Paris.",
    "Acme bought the works of Ada.",
    "Bob visited Berlin.",
    "London paid Acme on Monday.",
    "Ada works in Berlin.",
    "The works of Acme are in Rome.",
    "Grace lives in London.",
    "Bob bought a lamp in Rome.",
    "Paris is the city of Ada.",
    "Acme visited Paris on Monday.",
    "Bob lives in Berlin.",
    "Grace works in Paris.",
    "The order went to London.",
)


class Client(httpx.Client):
    """One annotator's tab, as the page is one."""

    def __init__(self, url: str, annotator: str = "Ada", tab: str = "1") -> None:
        headers = {"Studio-Token": TOKEN, "Studio-Annotator": annotator, "Studio-Tab": tab}
        super().__init__(base_url=f"{url}/api", headers=headers, timeout=60)

    def do(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Do something that works."""
        answer = self.post(path, json=body or {})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ask(self, path: str) -> dict[str, Any]:
        """Ask for something that is there."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextmanager
def studio_thread(
    file: Path, encoder: Path | str, texts: Iterable[str] = TEXTS, *, held_out_share: float = 0.2, **options: Any
) -> Iterator[tuple[str, Studio]]:
    """Serve a studio from a thread; its address, and the studio."""
    with Project(file, held_out_share=held_out_share) as project, listener("127.0.0.1", 0) as sock:
        project.add_texts((text, None) for text in texts)
        studio = Studio(project, str(encoder), default_annotator="Ada", **options)
        studio.start()
        port = sock.getsockname()[1]
        server = BoundedServer(create_app(studio, TOKEN, port))
        try:
            with running(server, sock):
                yield f"http://127.0.0.1:{port}", studio
        finally:
            studio.close()


@contextmanager
def studio_process(*arguments: Any, cwd: Path, port: int = 0) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Serve a studio by `nuner studio`; its address without the token, and the process."""
    process = start_nuner("studio", *arguments, "--port", port, "--token", TOKEN, "--no-browser", cwd=cwd)
    try:
        assert process.stdout is not None and process.stderr is not None
        match = re.search(r"(http://[^/]+)/\?token=", process.stdout.readline())
        assert match, process.stderr.read()
        yield match[1], process
    finally:
        process.terminate()
        process.communicate(timeout=30)


@contextmanager
def chromium() -> Iterator[Any]:
    """Start Chromium, for all the pages of some tests."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@contextmanager
def studio_page(browser: Any, url: str, **context: Any) -> Iterator[Any]:
    """Open a studio; it may ask no other host for anything, and have no error in its console.

    Args:
        browser: What `chromium` gave.
        url: The address of the studio.
        **context: What a context of the browser takes, such as `viewport`.

    Yields:
        The page, with what it complained about as `faults`.
    """
    opened = browser.new_context(**context)
    page = opened.new_page()
    page.faults = watched(page)
    page.goto(f"{url}/?token={TOKEN}")
    page.wait_for_selector("#view > *")
    yield page
    assert page.faults == []
    opened.close()


def watched(page: Any) -> list[str]:
    """Collect what goes wrong on a page, and whom else it asks."""
    faults: list[str] = []

    def asked(request: Any) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:")):
            faults.append(f"asked for {request.url}")

    page.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("request", asked)
    return faults
