"""Pages as a browser shows them on a telephone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WIDTH = 390

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")


@contextmanager
def narrow_page(path: Path) -> Iterator[Any]:
    """Open a page in a window as wide as a telephone; it may not be wider, nor ask for anything else.

    Args:
        path: The HTML file.

    Yields:
        The page of the browser.
    """
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 800})
        said: list[str] = []
        asked: list[str] = []
        page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        yield page
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
        assert said == []
        assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
        browser.close()
