import html
import json
import re

from support.narrow_page import narrow_page, needs_chromium

from nuner import evaluate_recognizer, load_labelled, write_evaluation_page


def test_the_page_escapes_texts(evaluation, tmp_path):
    write_evaluation_page(evaluation, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<script" not in page and "&lt;script&gt;alert(1)" in page and "&lt;b&gt;sentences" in page


@needs_chromium
def test_a_browser_shows_the_page_without_running_texts(evaluation, tmp_path):
    write_evaluation_page(evaluation, tmp_path / "page.html")
    with narrow_page(tmp_path / "page.html") as page:
        assert page.locator("mark").count() > 0


def test_texts_are_shown_as_they_were(model, tmp_path):
    text = "Acme's order:  (London)"
    row = {"text": text, "entities": [{"start": 16, "end": 22, "label": "city"}]}
    (tmp_path / "test.jsonl").write_text(json.dumps(row))
    evaluation = evaluate_recognizer(model, load_labelled(tmp_path, "test"))
    write_evaluation_page(evaluation, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    messages = re.findall(r'<span dir="auto">(.*?)</span>', page, flags=re.DOTALL)
    bare = [html.unescape(re.sub(r"<small>.*?</small>|<[^>]+>", "", message)).strip() for message in messages]
    assert bare and set(bare) == {text}
