import ast
from html.parser import HTMLParser

from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from nuner.data_builders.pages.markdown import escape, inline_code, python_string

RENDERER = MarkdownIt("commonmark").enable("table")
FEW = settings(max_examples=60)
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=60)
NASTY = [
    "a: b",
    "'\"",
    "<script>alert(1)</script>",
    "a|b",
    "**x** _y_ [z](http://z)",
    "`` ` ``",
    "🎈 & &amp;",
    "\\",
    "$x$",
]


class _Text(HTMLParser):
    """The text of a page, and the tags that it has."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.tags, self.cells = "", [], []

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.tags[-1:] == ["td"]:
            self.cells[-1] += data

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append(tag)
        if tag == "td":
            self.cells.append("")


def rendered(markdown: str) -> _Text:
    page = _Text()
    page.feed(RENDERER.render(markdown))
    return page


def one_line(text: str) -> str:
    return " ".join(text.replace("\ufeff", " ").split())


def nasty(test):
    for text in NASTY:
        test = example(text)(test)
    return test


@nasty
@FEW
@given(TEXT)
def test_what_is_escaped_is_shown_as_it_was(text):
    page = rendered(f"It is {escape(text)}.")
    assert one_line(page.text) == one_line(f"It is {text}.")
    assert page.tags == ["p"]


@nasty
@FEW
@given(TEXT)
def test_a_table_cell_keeps_its_text_and_its_place(text):
    page = rendered(f"| a | b |\n|---|---|\n| {escape(text)} | {inline_code(text)} |")
    assert len(page.cells) == 2
    assert one_line(page.cells[0]) == one_line(text)


@nasty
@FEW
@given(TEXT)
def test_a_code_span_shows_the_text(text):
    page = rendered(f"It is {inline_code(text)} here")
    shown = one_line(page.text)
    assert shown == one_line(f"It is {text.replace('|', chr(92) + '|')} here")
    assert page.tags in (["p", "code"], ["p"])


@FEW
@given(st.text(max_size=60))
def test_a_python_literal_means_the_text(text):
    literal = python_string(text)
    assert ast.literal_eval(literal) == text
    assert "\n" not in literal


def test_plain_strings_stand_in_double_quotes():
    assert python_string("ada/tickets") == '"ada/tickets"'
