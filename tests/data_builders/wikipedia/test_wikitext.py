"""Wikitext as plain text: what is left out, links with their labels, and whatever is broken."""

import re
import time

import mwparserfromhell
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuner.data_builders.wikipedia.wikitext import plain_text

MARKS = ["[[", "]]", "{{", "}}", "{|", "|}", "|", "\n", "<ref>", "</ref>", "<ref name=a/>", "<!--", "-->", "''", "=="]
WORDS = ["Ada", "a ", "of ", " London", "File:", "x.", "&amp;", "<br>", "[http://a.b c]", "é", "東京", "\x01"]


def links(wikitext):
    text, found, _ = plain_text(wikitext)
    return [(text[link.start : link.end], link.target) for link in found]


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("'''Ada''' {{lang|en|[[x]]}} ''was'' here.", "Ada was here."),
        ("a {{b|{{c|{{d}}}}|[[e]]}} f", "a f"),
        ("Ada ({{IPA|x}}; ) was {{a}}, here {{b}} . Bo", "Ada was, here. Bo"),
        ('a<ref>{{cite|[[x]]}}</ref> b<ref name="x" /> c<REF group=n>y</REF>.', "a b c."),
        ("a<!-- [[x]] {{ --> b<!-- never closed", "a b"),
        ('a\n{| class="x"\n| [[b]] || {{c}}\n{| \n| inner\n|}\n|}\nd', "a\n\nd"),
        (":{|\n| x\n|}\nd", ":\nd"),
        ("{{a|x=|}} b", " b"),
        ("a [http://b.c/d_e f g] h [https://b.c] i [//x.y z]", "a f g h i z"),
        ("a &amp; b&nbsp;c &ndash; d", "a & b c \N{EN DASH} d"),
        ("<math>\\frac{a}{{b}}</math>a <b>c</b><br/>d <nowiki>[[e]]</nowiki>f __NOTOC__", "a c\nd f "),
        ("[[File:a.jpg|thumb|A [[b]] of {{c}} [[d]]]]e [[category:f]][[fr:G]]", "e "),
        ("a [[b\nc]] d {{e", "a b\nc d e"),
        ("a ]] b }} c |} d", "a b c |} d"),
        ("1 < 2 and 3 > 2, a[1] {x}", "1 < 2 and 3 > 2, a[1] {x}"),
        ("", ""),
    ],
)
def test_what_readers_do_not_see_is_left_out(wikitext, text):
    assert plain_text(wikitext).text == text


@pytest.mark.parametrize(
    ("wikitext", "found"),
    [
        ("[[London]] and [[Paris|the city]]", [("London", "London"), ("the city", "Paris")]),
        ("[[bus]]es, [[Москва|Москв]]ы [[a]]1", [("buses", "bus"), ("Москвы", "Москва"), ("a", "a")]),
        ("[[a|''b'' {{c}}d<ref>e</ref>]]", [("b d", "a")]),
        ("[[a|]] [[|b]] [[ c ]]", [("b", ""), ("c", " c ")]),
        ("[[a [[b]] c]] [[d]]", [("b", "b"), ("d", "d")]),
        ("[[a [[b]]", [("b", "b")]),
        (
            "[[File:x|[[a]]]] [[:Category:b]] [[Star Trek: c]]",
            [("Category:b", "Category:b"), ("Star Trek: c", "Star Trek: c")],
        ),
        (
            "[[:a]] [[:b|c]] [[Image:x y]] [[Bild:x.jpg|mini|[[a]]]] [[Who: Framed.png is this]]d",
            [("a", "a"), ("c", "b"), ("Who: Framed.png is thisd", "Who: Framed.png is this")],
        ),
        ("{{a [[b]] {{c}} [[d]]", [("b", "b"), ("d", "d")]),
        ("[[a|b<br>c]] [[d]]", [("d", "d")]),
    ],
)
def test_links_have_the_place_of_their_labels(wikitext, found):
    assert links(wikitext) == found


def test_what_is_not_closed_is_counted():
    assert plain_text("{{a [[b [[c]] {| <ref>x").unclosed == {"{{": 1, "[[": 1, "ref": 1}
    assert plain_text("x\n{| a\n").unclosed == {"{|": 1}
    assert plain_text("x <!-- a --> <!-- [[b]]").unclosed == {"<!--": 1}
    assert not plain_text("{{a}} [[b]] <ref/> }} ]]").unclosed


@given(st.lists(st.sampled_from(MARKS + WORDS) | st.text(max_size=5), max_size=40).map("".join))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_and_links_lie_in_order(wikitext):
    text, found, _ = plain_text(wikitext)
    assert "[[" not in text and "{{" not in text
    end = 0
    for link in found:
        assert end <= link.start < link.end <= len(text)
        label = text[link.start : link.end]
        assert label == label.strip() and "\n" not in label
        end = link.end


titles = st.text("abcdeé ", min_size=1, max_size=8).map(str.strip).filter(bool)
link = st.builds(lambda a, b: f"[[{a}|{b}]]" if b else f"[[{a}]]", titles, st.none() | titles)
template = st.recursive(
    titles.map("{{{{{}}}}}".format),
    lambda inner: st.lists(inner | link | titles, min_size=1, max_size=3).map(
        lambda parts: "{{t|" + "|".join(parts) + "}}"
    ),
    max_leaves=5,
)


@given(st.lists(link | template | titles | titles.map("<ref>{}</ref>".format), max_size=12).map(" ".join))
@settings(max_examples=100, deadline=None)
def test_well_formed_text_has_the_links_that_a_whole_parser_finds(wikitext):
    parsed = mwparserfromhell.parse(wikitext)
    outside = [node for node in parsed.nodes if isinstance(node, mwparserfromhell.nodes.Wikilink)]
    expected = [(str(each.text or each.title).strip(), str(each.title)) for each in outside]
    assert links(wikitext) == [(re.sub(" +", " ", label), title) for label, title in expected]


@pytest.mark.parametrize(
    "wikitext", [f"<{'a' * 40_000}", f"[//{'a' * 40_000}", f"[//{' ' * 40_000}", "[[" * 40_000 + "]]" * 40_000]
)
def test_nothing_is_searched_again_from_each_of_its_places(wikitext):
    began = time.process_time()
    plain_text(wikitext)
    assert time.process_time() - began < 2


@pytest.mark.parametrize("mark", [*MARKS, "[[a|", "{{a|", "<ref", "<", "&", "[http://a", "(", " ("])
def test_time_grows_with_the_length_alone(mark):
    def seconds(size):
        began = time.process_time()
        plain_text(mark * size)
        return time.process_time() - began

    seconds(1000)
    assert min(seconds(40_000) for _ in range(2)) < 2
