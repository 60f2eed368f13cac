"""What is printed is shown as it is, and nothing else in the package prints."""

from __future__ import annotations

import ast
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.progress import Progress, TextColumn
from rich.table import Table
from rich.text import Text
from support.folders import REPOSITORY

from nuner.data_builders.plain_console import PlainConsole, shown

ROOMS = ("data_builders", "hub_cards", "interface", "modeling_nuner", "trainers")
EVIL = "[/b] team [red] [link=x] :boom: \x1b]0;title\x1b\\ \x9b2J \u202eabc \ud800 end"
HARMLESS = r"[/b] team [red] [link=x] :boom: \x1b]0;title\x1b\ \x9b2J \u202eabc \ud800 end"

# What moves the cursor, sets a title, rings, or turns the writing round.
STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def printed(*things: object, **options: object) -> str:
    file = io.StringIO()
    console = PlainConsole(file=file, width=200, **options)
    for thing in things:
        console.print(thing)
    return file.getvalue()


@given(st.text(st.characters(exclude_categories=())))
def test_a_text_comes_out_with_all_that_can_be_seen_of_it_and_nothing_that_steers(text):
    assert not STEERING.search(shown(text))
    assert "".join(shown(text).split()) == "".join(re.sub(STEERING, lambda m: shown(m[0]), text).split())
    assert not STEERING.search(printed(text, Text(text)))
    assert shown(shown(text)) == shown(text)


def test_what_has_no_orders_stays_as_it_is():
    text = "Zoë \u4e2d\u6587 \u200f\u05d0\u05d1 \U0001f469\u200d\U0001f680 e\u0301\t\\x1b\n[0]"
    assert shown(text) == text


def table() -> Table:
    made = Table(title=EVIL, caption=EVIL)
    made.add_column(EVIL)
    made.add_row(EVIL)
    made.add_row(Text(EVIL))
    return made


@pytest.mark.parametrize("thing", [EVIL, Text(EVIL), table()], ids=["a string", "a text", "a table"])
def test_all_that_is_printed_is_shown(thing):
    output = printed(thing)
    assert output.count(HARMLESS) == (5 if isinstance(thing, Table) else 1), output
    assert not STEERING.search(output)


def test_lines_are_not_folded():
    file = io.StringIO()
    PlainConsole(file=file, width=20).tell(EVIL, "x" * 50)
    assert file.getvalue() == f"{HARMLESS}\n{'x' * 50}\n"


def test_colors_of_ours_remain():
    assert printed(Text(EVIL, style="bold"), force_terminal=True) == f"\x1b[1m{HARMLESS}\x1b[0m\n"


def test_progress_shows_descriptions_and_states():
    file = io.StringIO()
    console = PlainConsole(file=file, width=200, force_terminal=True)
    with Progress(TextColumn("{task.description}", markup=False), console=console) as progress:
        progress.add_task(EVIL)
    with console.status(EVIL) as status:
        status.update(Text(EVIL))
    assert HARMLESS in file.getvalue()
    assert "\x1b]0;" not in file.getvalue()


def calls() -> list[tuple[str, ast.Call]]:
    found = []
    for room in ROOMS:
        for path in (REPOSITORY / room).rglob("*.py"):
            place = path.relative_to(REPOSITORY).as_posix()
            found += [
                (place, node) for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)
            ]
    return found


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def test_nothing_prints_by_another_console_or_with_markup():
    forbidden = []
    for place, call in calls():
        keywords = {keyword.arg: getattr(keyword.value, "value", None) for keyword in call.keywords}
        if (
            name_of(call) in ("Console", "from_markup", "render_markup")
            or (name_of(call) == "TextColumn" and keywords.get("markup") is not False)
            or keywords.get("markup") is True
            or (isinstance(call.func, ast.Name) and call.func.id == "print")
        ):
            forbidden.append(f"{place}:{call.lineno}")
    assert forbidden == []
