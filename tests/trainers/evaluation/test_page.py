import shutil

import pytest

from nuner import write_evaluation_page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def test_the_page_escapes_texts(evaluation, tmp_path):
    write_evaluation_page(evaluation, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<script" not in page and "&lt;script&gt;alert(1)" in page and "&lt;b&gt;sentences" in page


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
def test_a_browser_shows_the_page_without_running_texts(evaluation, tmp_path):
    playwright = pytest.importorskip("playwright.sync_api")
    write_evaluation_page(evaluation, tmp_path / "page.html")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 390, "height": 800})
        said, asked = [], []
        page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((tmp_path / "page.html").as_uri())
        assert page.locator("mark").count() > 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert said == [] and len(asked) == 1
        browser.close()
