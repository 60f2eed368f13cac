import json
import shutil

import pytest
from datasets import Dataset
from support.tiny_recognizer import save_tiny_recognizer

from nuner import EntityRecognizer, evaluate_recognizer, load_labelled
from nuner.trainers.evaluation.entity_errors import ERROR_KINDS

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SENTENCES = [
    (["acme", "visited", "<script>alert(1)</script>", "paris"], ["B-person", "O", "B-city", "I-city"]),
    (["the", "order", "of", "london", "&", "berlin"], ["O", "O", "O", "B-city", "O", "B-drug"]),
    (["monday"], ["O"]),
]


@pytest.fixture(scope="module")
def model(tiny_bert_dir, tmp_path_factory):
    return save_tiny_recognizer(tiny_bert_dir, tmp_path_factory.mktemp("evaluated"))


def labelled(sentences):
    rows = Dataset.from_dict({"tokens": [t for t, _ in sentences], "ner_tags": [t for _, t in sentences]})
    return load_labelled(rows, "train")


@pytest.fixture(scope="module")
def evaluation(model):
    return evaluate_recognizer(model, labelled(SENTENCES), measured_on={"data_set": "<b>sentences</b>"})


def test_scores_and_errors_fit_together(evaluation):
    errors = evaluation.errors()
    gold = sum(counts[kind] for counts in errors.values() for kind in counts if kind != "spurious")
    assert gold == 4 == sum(of_type["support"] for of_type in evaluation.types.values())
    assert errors["drug"]["correct"] == 0 and evaluation.unknown_types == ["drug"]
    correct = sum(counts["correct"] for counts in errors.values())
    assert evaluation.scores["recall"] == pytest.approx(correct / gold)
    assert sum(count for _, _, count in evaluation.confusions()) == sum(
        counts["wrong type"] + counts["wrong type and boundary"] for counts in errors.values()
    )


def test_a_recognizer_measured_on_what_it_finds_is_perfect(model):
    recognizer = EntityRecognizer.from_pretrained(model)
    texts = ["london visited paris", "acme works in berlin and paid"]
    tagged = []
    for text in texts:
        words, tags, place = text.split(" "), [], 0
        for word in words:
            inside = [e for e in recognizer(text) if e["start"] <= place < e["end"]]
            tags.append(("B-" if inside[0]["start"] == place else "I-") + inside[0]["label"] if inside else "O")
            place += len(word) + 1
        tagged.append((words, tags))
    evaluation = evaluate_recognizer(recognizer, labelled(tagged))
    assert evaluation.scores["f1"] == evaluation.scores["strict_f1"] == evaluation.scores["token_macro_f1"] == 1.0
    assert all(counts[kind] == 0 for counts in evaluation.errors().values() for kind in ERROR_KINDS)


def test_the_page_escapes_texts_and_the_json_holds_the_figures(evaluation, tmp_path):
    evaluation.to_html(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<script" not in page and "&lt;script&gt;alert(1)" in page and "&lt;b&gt;sentences" in page
    evaluation.to_json(tmp_path / "figures.json")
    figures = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert figures["scores"]["f1"] == evaluation.scores["f1"]
    assert figures["measured_on"] == {**evaluation.measured_on} and figures["measured_on"]["sentences"] == 3


def test_what_cannot_be_measured_is_told(model):
    with pytest.raises(ValueError, match="no type in common: it finds city, person, and the data set has drug"):
        evaluate_recognizer(model, labelled([(["aspirin"], ["B-drug"])]))
    nothing = labelled(SENTENCES).select([2])
    with pytest.raises(ValueError, match="no word of the data set is labelled"):
        evaluate_recognizer(model, nothing)


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
def test_a_browser_shows_the_page_without_running_texts(evaluation, tmp_path):
    playwright = pytest.importorskip("playwright.sync_api")
    evaluation.to_html(tmp_path / "page.html")
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
