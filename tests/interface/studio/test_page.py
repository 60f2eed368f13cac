"""The page in a real browser: marking with mouse and keys, hostile texts, tabs, lost connections."""

import http.server
import threading
from contextlib import contextmanager

import pytest
from support.narrow_page import WIDTH, needs_chromium
from support.running_studio import TEXTS, studio_page, studio_thread, watched

pytestmark = needs_chromium
PANELS = ("label", "types", "score", "review", "export", "settings")
HOSTILE = (
    "<img src=x onerror=\"alert('text')\"><script>alert(1)</script> & &amp; \u2028 </script>",
    "a\u202eb\u200bc\x07d\x00e \ufeff zero\u2060width",
    "\ud83d half a pair",
    "{{constructor.constructor('alert(1)')()}} ${alert(1)} javascript:alert(1)",
)
HOSTILE_TYPES = ("<b onclick=alert(1)>type</b>", "\u202etype\u202e", '" onfocus="alert(1)" x="', "👩‍👩‍👧 عائلة")


@pytest.fixture
def opened(bi_encoder, browser, tmp_path):
    """Opens a page on which types are named and the first text is shown; the project behind it is its `project`."""

    @contextmanager
    def studio(texts=TEXTS, types=("city", "person"), **context):
        with studio_thread(tmp_path / "trips.studio", bi_encoder, texts, held_out_share=0) as (url, studio):
            studio.name_types({name: name for name in types})
            studio.project.leases.take(studio.annotator(""), 1)
            studio.suggesting.close()  # what is marked here is marked by hand
            with studio_page(browser, url, **context) as page:
                page.wait_for_selector("#text")
                page.project = studio.project
                yield page

    return studio


def saved(page, text=1):
    """What was saved of a text, as (words, name of the type)."""
    content = page.project.texts[text].text
    names = {each.number: each.name for each in page.project.types.all()}
    answers = page.project.answers.of(text)
    return [(content[label.start : label.end], names[label.type]) for label in answers[0].labels] if answers else None


def accept(page, number=1):
    """Accept a text, and wait until it is saved."""
    page.keyboard.press("Enter")
    page.wait_for_selector(f"main:not(:has(#text[aria-label^='Text {number}:']))")
    assert saved(page, number) is not None


def place(page, words, occurrence=0):
    """The middle of the left and of the right edge of some words of the text, on the screen."""
    return page.evaluate(
        """([words, occurrence]) => {
            const box = document.getElementById("text");
            let at = -1;
            for (let i = 0; i <= occurrence; i += 1) at = box.textContent.indexOf(words, at + 1);
            const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
            const range = document.createRange();
            let behind = 0;
            const [from, to] = [at, at + words.length];
            while (walker.nextNode()) {
                const { length } = walker.currentNode;
                if (from >= behind && from < behind + length) range.setStart(walker.currentNode, from - behind);
                if (to > behind && to <= behind + length) range.setEnd(walker.currentNode, to - behind);
                behind += length;
            }
            const { left, right, top, bottom } = range.getBoundingClientRect();
            return [left, right, (top + bottom) / 2];
        }""",
        [words, occurrence],
    )


def drag(page, words):
    left, right, middle = place(page, words)
    page.mouse.move(left + 1, middle)
    page.mouse.down()
    page.mouse.move(right - 1, middle, steps=4)
    page.mouse.up()


def test_offsets_are_those_of_python(opened):
    from nuner.modeling_nuner.recognition.words.splitting import word_spans

    texts = [
        "",
        "plain",
        "a👩‍👩‍👧b 𠮷",
        "שלום עולם",
        "東京タワー",
        "e\u0301te\u0301",
        "🇫🇷🇩🇪",
        *TEXTS[:2],
        *HOSTILE[:2],
    ]
    with opened() as page:
        found = page.evaluate(
            """async (cases) => {
                const { Characters, Words } = await import("/page/offsets.js");
                return cases.map(([text, words]) => {
                    const characters = new Characters(text);
                    const all = Array.from({ length: characters.length }, (_, i) => characters.slice(i, i + 1));
                    const back = all.map((_, i) => characters.character(characters.unit(i)));
                    const spans = new Words(words.flat());
                    return [all, back, all.map((_, i) => spans.around(i, i + 1))];
                });
            }""",
            [[text, word_spans(text)] for text in texts],
        )
    for text, (characters, back, around) in zip(texts, found, strict=True):
        assert characters == list(text) and back == list(range(len(text)))
        for character, stretch in enumerate(around):
            expected = next((span for span in word_spans(text) if span[0] <= character < span[1]), None)
            assert (stretch and (stretch["start"], stretch["end"])) == expected


def test_words_are_marked_with_keys(opened):
    with opened() as page:
        page.keyboard.press("ArrowRight")  # Ada
        page.keyboard.press("2")
        for _ in range(3):
            page.keyboard.press("ArrowRight")  # Paris
        page.keyboard.press("1")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Shift+ArrowRight")  # lives in
        page.keyboard.press("1")
        page.keyboard.press("x")
        accept(page)
        assert saved(page) == [("Ada", "person"), ("Paris", "city")]
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press(",")  # Berli
        page.keyboard.press("1")
        accept(page, 2)
        assert saved(page, 2) == [("Berli", "city")]
        assert page.project.answers.of(1)[0].key_presses == 12


def test_words_are_marked_with_the_mouse(opened):
    with opened() as page:
        left, _, middle = place(page, "Paris")
        page.mouse.click(left + 3, middle)
        page.keyboard.press("1")
        drag(page, "da liv")  # whole words of it
        page.get_by_role("button", name="person", exact=True).click()
        page.locator(".found li").first.get_by_role("combobox").select_option(label="city")
        accept(page)
        assert saved(page) == [("Ada lives", "city"), ("Paris", "city")]
        page.get_by_role("button", name="city", exact=True).click()  # held for what is picked next
        drag(page, "London")
        page.keyboard.down("Alt")
        drag(page, "erli")
        page.keyboard.up("Alt")
        accept(page, 2)
        assert saved(page, 2) == [("London", "city"), ("erli", "city")]


@pytest.mark.parametrize(
    ("text", "words", "keys"),
    [
        ("👩‍👩‍👧 Ada lives in 𠮷 and 東京。", "東京", None),
        ("عاشت آدا في باريس طويلا", "باريس", ["ArrowLeft"] * 4),
        ("היא גרה בפריז מאז", "בפריז", ["ArrowLeft"] * 3),
        ("彼女は東京に住んでいる。", "東京", ["ArrowRight"] * 4 + ["Shift+ArrowRight"]),
        ("👩‍👩‍👧 e\u0301te\u0301 Ada", "e\u0301te\u0301", ["ArrowRight"] * 4),
    ],
)
def test_every_script_is_marked_right(opened, text, words, keys):
    with opened([text, "The next one."]) as page:
        if keys is None:
            drag(page, words)
        for key in keys or ():
            page.keyboard.press(key)
        page.keyboard.press("1")
        accept(page)
        assert saved(page) == [(words, "city")]


def test_entities_that_overlap_are_refused_or_nested_by_setting(opened):
    with opened() as page:
        drag(page, "lives in Paris")
        page.keyboard.press("1")
        drag(page, "Paris")
        page.keyboard.press("2")
        page.get_by_text("overlaps “lives in Paris” (city)").first.wait_for()
        page.click("#tab-settings")
        page.check("#nested")
        page.click("#tab-label")
        drag(page, "Paris")
        page.keyboard.press("2")
        accept(page)
        assert saved(page) == [("lives in Paris", "city"), ("Paris", "person")]


def test_everything_is_undone_also_after_a_reload(opened):
    with opened() as page:
        page.keyboard.press("ArrowRight")
        page.keyboard.press("2")
        page.reload()
        page.wait_for_selector("#text .in")  # marked and not saved
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("1")
        accept(page)
        page.keyboard.press("s")
        page.wait_for_selector("#text[aria-label^='Text 3:']")
        page.reload()
        page.wait_for_selector("#text[aria-label^='Text 3:']")
        page.keyboard.press("z")
        page.wait_for_selector("#text[aria-label^='Text 2:']")
        page.get_by_text("Undone: you skipped text 2.").first.wait_for()
        page.keyboard.press("z")
        page.wait_for_selector("#text[aria-label^='Text 1:'] .in")
        assert saved(page) is None
        assert page.locator(".found li").count() == 2, "as it was accepted, to be corrected"


def test_hostile_texts_and_types_are_shown_as_text(opened):
    with opened(HOSTILE, HOSTILE_TYPES) as page:
        for number, text in enumerate(HOSTILE, start=1):
            page.wait_for_selector(f"#text[aria-label^='Text {number}:']")
            assert page.evaluate("document.getElementById('text').textContent") == text.replace("\ud83d", "\ufffd")
            page.keyboard.press("ArrowRight")
            page.keyboard.press("Shift+ArrowRight")
            page.keyboard.press("Shift+ArrowRight")
            page.keyboard.press(str(number))
            assert page.locator("#text script, #text img, #text b").count() == 0
            if number == 2:
                codes = page.locator("#text .invisible").evaluate_all("all => all.map((one) => one.dataset.code)")
                assert codes == ["U+202E", "U+200B", "U+0007", "U+0000", "U+FEFF", "U+2060"]
            accept(page, number)
        for panel in PANELS:
            page.click(f"#tab-{panel}")
            page.wait_for_timeout(200)
            assert page.locator("main script, main img, main b").count() == 0
        page.click("#tab-types")
        names = page.locator(".type-row").evaluate_all("rows => rows.map((row) => row.ariaLabel)")
        assert names == list(HOSTILE_TYPES)


def test_a_text_of_a_million_characters_can_be_labelled(opened):
    text = "word " * 200_000 + "Paris"
    with opened([text, *TEXTS]) as page:
        page.keyboard.press("ArrowLeft")  # from the end
        page.keyboard.press("1")
        accept(page)
        assert saved(page) == [("Paris", "city")]


def test_every_control_has_a_name_and_nothing_is_wider_than_a_telephone(opened):
    with opened(viewport={"width": WIDTH, "height": 800}, color_scheme="dark", has_touch=True) as page:
        page.keyboard.press("ArrowRight")
        page.keyboard.press("1")
        for panel in PANELS:
            page.click(f"#tab-{panel}")
            page.wait_for_timeout(200)
            assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH, panel
            nameless = page.locator("button, input, select, textarea, a, meter, progress").evaluate_all(
                """all => all.filter((one) => !(one.ariaLabel || one.labels?.length || one.textContent.trim()))
                             .map((one) => one.outerHTML)"""
            )
            assert nameless == [], panel
            assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 20, 26)"
        page.get_by_role("button", name="Switch between light and dark").click()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(245, 244, 240)"


def test_a_second_tab_takes_over_and_gives_back(opened):
    with opened() as page:
        other = page.context.new_page()
        faults = watched(other)
        other.goto(page.url)
        other.wait_for_selector("#text")
        page.bring_to_front()
        page.get_by_text("open in another tab").wait_for()
        page.keyboard.press("Enter")  # does nothing
        other.bring_to_front()
        other.keyboard.press("Enter")
        other.wait_for_selector("#text[aria-label^='Text 2:']")
        assert len(page.project.answers.of(1)) == 1 and not page.project.answers.of(2)
        page.bring_to_front()
        page.get_by_role("button", name="Go on here").click()
        page.wait_for_selector("#text[aria-label^='Text 2:']")
        assert page.get_by_text("open in another tab").count() == 0
        page.keyboard.press("Enter")
        page.wait_for_selector("#text[aria-label^='Text 3:']")
        assert faults == []


def test_a_lost_connection_is_told_and_what_was_done_goes_on(opened):
    with opened() as page:
        page.keyboard.press("ArrowRight")
        page.keyboard.press("1")
        page.context.set_offline(True)
        page.keyboard.press("Enter")
        page.get_by_text("The studio does not answer").wait_for()
        assert saved(page) is None
        assert page.locator("#text[aria-label^='Text 1:'] .in").count() == 1
        page.context.set_offline(False)
        page.wait_for_selector("#text[aria-label^='Text 2:']")
        assert saved(page) == [("Ada", "city")]
        page.get_by_text("The studio does not answer").wait_for(state="detached")
        assert all("ERR_INTERNET_DISCONNECTED" in fault for fault in page.faults)
        page.faults.clear()


def test_a_page_of_another_origin_neither_reads_nor_writes(opened):
    evil = b"""<!doctype html><title>evil</title><body><script>
      const studio = "%s";
      const tries = [
        fetch(studio + "/api/types", {
          method: "POST", mode: "no-cors", credentials: "include", body: '{"name":"evil"}'
        }),
        fetch(studio + "/api/types", {
          method: "POST", credentials: "include",
          headers: {"Content-Type": "application/json"}, body: '{"name":"evil"}'
        }),
        fetch(studio + "/api/texts/1", {credentials: "include"})
          .then((answer) => answer.text()).then((text) => { document.title = text; }),
        new Promise((resolve, reject) => {
          const script = document.createElement("script");
          script.onload = () => { document.title = "loaded"; };
          script.onerror = reject;
          script.src = studio + "/api/texts/1";
          document.body.append(script);
        }),
      ];
      const form = document.createElement("form");
      form.method = "post"; form.enctype = "text/plain"; form.action = studio + "/api/types"; form.target = "frame";
      const field = document.createElement("input");
      field.name = '{"name":"evil","x":"';
      field.value = '"}';
      form.append(field);
      const frame = document.createElement("iframe");
      frame.name = "frame";
      document.body.append(frame, form);
      form.submit();
      Promise.allSettled(tries).then(() => { document.body.append("tried"); });
    </script>"""

    class Evil(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(evil % studio.encode())

        def log_message(self, format, *args):
            pass

    with opened() as page, http.server.ThreadingHTTPServer(("127.0.0.1", 0), Evil) as server:
        studio = page.url.rstrip("/")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        # Of the same host, so that its cookies are sent to every port.
        other = page.context.new_page()
        other.goto(f"http://127.0.0.1:{server.server_address[1]}/")
        other.get_by_text("tried").wait_for()
        other.wait_for_timeout(300)
        assert other.title() == "evil"
        assert [each.name for each in page.project.types.all()] == ["city", "person"]
        other.close()
        server.shutdown()
