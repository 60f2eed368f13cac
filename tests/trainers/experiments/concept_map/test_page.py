import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.narrow_page import narrow_page, needs_chromium

from nuner.trainers.experiments.concept_map.page import write_concept_map_page

from .conftest import HOSTILE

FOUND = "#list button span"


@pytest.fixture(scope="module")
def page_file(concepts, tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("page") / "map.html"
    write_concept_map_page(concepts, file, measured_on="100 concepts of <my corpus>.")
    return file


@pytest.fixture(scope="module")
def opened(page_file) -> Iterator[Any]:
    with narrow_page(page_file) as page:
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.emulate_media(reduced_motion="reduce")
        yield page
        assert faults == []


@pytest.fixture
def page(opened) -> Any:
    """The page as it is at the beginning."""
    opened.emulate_media(color_scheme="light")
    opened.mouse.move(0, 0)
    opened.get_by_label("Find a concept").press("Escape")
    opened.get_by_role("button", name="Show all").click()
    return opened


def center_of(page: Any) -> tuple[float, float]:
    box = page.locator("canvas").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def picture(page: Any) -> str:
    page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    return page.evaluate("document.querySelector('canvas').toDataURL()")


def test_the_page_names_nothing_elsewhere_and_escapes_names(concepts, page_file):
    html = page_file.read_text(encoding="utf-8")
    assert "://" not in html and HOSTILE not in html
    assert "100 concepts of &lt;my corpus&gt;." in html
    (data,) = re.findall('<script type="application/json" id="concepts">(.*?)</script>', html, re.DOTALL)
    assert json.loads(data)["names"] == [one.concept for one in concepts]


@needs_chromium
def test_a_search_lists_what_it_finds_and_enter_goes_there(page):
    page.get_by_label("Find a concept").fill("CITY")
    assert page.locator(FOUND).all_inner_texts() == ["city", "capital city"]
    assert page.get_by_role("status").inner_text() == "2 concepts with “CITY”"
    dimmed = picture(page)
    page.keyboard.press("Enter")
    assert page.get_by_role("status").inner_text() == "Nearest to “city”, 2,000 annotations:"
    assert page.locator("#tip").inner_text().split("\n") == ["city", "2,000 annotations"]
    assert picture(page) != dimmed
    page.keyboard.press("Escape")
    assert page.locator(FOUND).count() == 0
    assert page.locator("#tip").is_hidden()


@needs_chromium
def test_the_nearest_concepts_lead_on(page):
    page.get_by_label("Find a concept").fill("town")
    page.locator(FOUND, has_text="town").click()
    page.locator(FOUND, has_text="$x$ & co").click()
    assert page.get_by_role("status").inner_text() == "Nearest to “$x$ & co”, 1,000 annotations:"


@needs_chromium
def test_what_is_not_there_is_said(page):
    page.get_by_label("Find a concept").fill("xylophone")
    page.keyboard.press("Enter")
    assert page.get_by_role("status").inner_text() == "No concepts with “xylophone”"


@needs_chromium
def test_hostile_names_are_shown_as_they_are(page):
    page.get_by_label("Find a concept").fill("script")
    page.keyboard.press("Enter")
    assert HOSTILE in page.locator("#tip").inner_text()


@needs_chromium
def test_a_concept_under_the_mouse_says_its_name_and_a_click_chooses_it(page):
    page.get_by_label("Find a concept").fill("drug")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.mouse.move(*center_of(page))
    assert page.locator("#tip").inner_text().split("\n") == ["drug", "250 annotations"]
    page.mouse.down()
    page.mouse.up()
    assert page.get_by_role("status").inner_text() == "Nearest to “drug”, 250 annotations:"


@needs_chromium
@pytest.mark.parametrize("key", ["ArrowLeft", "ArrowUp", "+", "-"])
def test_keys_move_and_zoom_the_map_and_home_shows_all(page, key):
    canvas = page.get_by_role("application", name="Map of 100 concepts")
    before = picture(page)
    canvas.press(key)
    assert picture(page) != before
    canvas.press("Home")
    assert picture(page) == before


@needs_chromium
def test_buttons_wheel_and_mouse_move_and_zoom_the_map(page):
    before = picture(page)
    page.get_by_role("button", name="Zoom in").click()
    nearer = picture(page)
    assert nearer != before
    page.get_by_role("button", name="Show all").click()
    assert picture(page) == before
    page.mouse.move(*center_of(page))
    page.mouse.wheel(0, -200)
    assert picture(page) != before
    page.get_by_role("button", name="Show all").click()
    page.mouse.move(*center_of(page))
    page.mouse.down()
    page.mouse.move(center_of(page)[0] + 60, center_of(page)[1])
    page.mouse.up()
    assert picture(page) != before


@needs_chromium
def test_two_fingers_zoom_the_map_around_what_is_between_them(page):
    page.get_by_label("Find a concept").fill("drug")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    before = picture(page)
    touch = page.context.new_cdp_session(page)
    middle, height = center_of(page)

    def fingers(kind: str, *distances: int) -> None:
        points = [{"x": middle + distance, "y": height, "id": number} for number, distance in enumerate(distances)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", -30, 30)
    for distance in (40, 60, 80):
        fingers("touchMove", -distance, distance)
    fingers("touchEnd")
    assert picture(page) != before
    page.mouse.click(middle, height)
    assert page.get_by_role("status").inner_text() == "Nearest to “drug”, 250 annotations:"


@needs_chromium
def test_a_dark_page_is_drawn_dark(page):
    light = picture(page)
    page.emulate_media(color_scheme="dark")
    assert picture(page) != light
