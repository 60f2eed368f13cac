"""A whole sitting in a real browser, by keyboard alone: from names of types to a trained recognizer."""

import json

import pytest
from support.narrow_page import needs_chromium
from support.running_studio import studio_page, studio_thread

SENTENCES = ("{} lives in {}.", "{} visited {} on Monday.", "The works of {} are in {}.")
PEOPLE, CITIES = ("Ada", "Bob", "Grace", "Alan"), ("Paris", "London", "Berlin", "Rome", "Oslo")


def go_to(page, panel):
    """From the text to a panel, as a keyboard does: let go, then along the tabs."""
    for _ in range(2):
        page.keyboard.press("Escape")
    while page.evaluate("document.activeElement.id") != f"tab-{panel}":
        page.keyboard.press("ArrowRight")


def tab_to(page, name):
    """On with Tab, to the control of a name."""
    for _ in range(60):
        page.keyboard.press("Tab")
        found = page.evaluate("(document.activeElement.ariaLabel ?? document.activeElement.labels?.[0]?.textContent"
                              " ?? document.activeElement.textContent).trim()")  # fmt: skip
        if found.startswith(name):
            return
    raise AssertionError(f"no control {name} is reached by Tab")


@pytest.mark.slow
@needs_chromium
@pytest.mark.timeout(1200)
def test_a_whole_sitting_by_keyboard_alone(bi_encoder, browser, tmp_path):
    texts = [sentence.format(person, city) for sentence in SENTENCES for person in PEOPLE for city in CITIES]
    with (
        studio_thread(tmp_path / "trips.studio", bi_encoder, texts, held_out_share=0.3) as (url, studio),
        studio_page(browser, url) as page,
    ):
        for name in ("person", "citty", "day"):
            page.keyboard.type(name)
            page.keyboard.press("Enter")
            page.locator(".welcome .chip", has_text=name).wait_for()
        page.keyboard.press("Enter")
        page.wait_for_selector("#text")
        for labelled in range(12):
            text = page.evaluate("document.getElementById('text').textContent")
            while page.locator(".found li").count():
                page.keyboard.press("ArrowDown")
                page.keyboard.press("x")
            words = text.rstrip(".").split()
            for key, word in (
                ("1", next(w for w in words if w in PEOPLE)),
                ("2", next(w for w in words if w in CITIES)),
            ):
                if page.locator("#text .picked, #text .chosen").count():
                    page.keyboard.press("Escape")
                for _ in range(words.index(word) + 1):
                    page.keyboard.press("ArrowRight")
                page.keyboard.press(key)
            page.keyboard.press("Enter")
            page.wait_for_selector(f"#labelled:has-text('{labelled + 1} of 60')")
        page.keyboard.press("z")
        page.wait_for_selector("#labelled:has-text('11 of 60')")
        page.keyboard.press("Enter")
        page.wait_for_selector("#labelled:has-text('12 of 60')")

        go_to(page, "types")
        tab_to(page, "Name of citty")
        page.keyboard.press("Control+a")
        page.keyboard.type("city")
        page.keyboard.press("Enter")
        page.get_by_text("12 labels in 12 texts will be called “city”").wait_for()
        page.keyboard.press("Enter")
        page.get_by_role("group", name="city", exact=True).wait_for()
        assert [each.name for each in studio.project.types.all()] == ["person", "city", "day"]

        page.locator("#tab-types").focus()
        page.keyboard.press("ArrowRight")
        page.get_by_text("F1 against labelled texts").wait_for()
        page.keyboard.press("ArrowRight")
        page.get_by_text("Did you mean").wait_for()
        page.keyboard.press("ArrowRight")
        tab_to(page, "Train the recognizer")
        page.keyboard.press("Enter")
        page.wait_for_selector("#job-train[data-phase=done]", timeout=600_000)
        assert page.get_by_text("F1 of the recognizer").count() == 1
        folder = tmp_path / "trips-recognizer"
        assert (folder / "config.json").is_file()
        assert page.get_by_text(f"nuner serve {folder}").count() == 1
        figures = json.loads((folder / "finetuning.json").read_text(encoding="utf-8"))
        assert figures["train_sentences"] + figures["test_sentences"] == 12

        page.locator("#tab-export").focus()
        tab_to(page, "spaCy")
        with page.expect_download() as download:
            page.keyboard.press("Enter")
        assert download.value.suggested_filename == "trips.spacy"

        page.locator("#tab-export").focus()
        tab_to(page, "Second round")
        page.keyboard.press("Enter")
        page.get_by_text("Suggestions come from this recognizer now.").wait_for(timeout=120_000)
        page.wait_for_selector("#learner[data-phase=ready]", timeout=120_000)
