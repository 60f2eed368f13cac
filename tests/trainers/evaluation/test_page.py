from support.narrow_page import narrow_page, needs_chromium

from nuner import write_evaluation_page


def test_the_page_escapes_texts(evaluation, tmp_path):
    write_evaluation_page(evaluation, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<script" not in page and "&lt;script&gt;alert(1)" in page and "&lt;b&gt;sentences" in page


@needs_chromium
def test_a_browser_shows_the_page_without_running_texts(evaluation, tmp_path):
    write_evaluation_page(evaluation, tmp_path / "page.html")
    with narrow_page(tmp_path / "page.html") as page:
        assert page.locator("mark").count() > 0
