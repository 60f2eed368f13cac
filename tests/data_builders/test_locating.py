"""Finding an entity string in its sentence."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.locating import locate


def found(entity, text):
    return [start for start, _ in locate(entity, text)]


@pytest.mark.parametrize(
    ("entity", "text", "starts"),
    [
        ("cat", "The cat can concatenate a cat.", [4, 26]),
        ("cat", "concatenate", []),
        ("cat", "cats", []),
        ("cat", "bobcat", []),
        ("cat", "a cat-like (cat) 'cat'", [2, 12, 18]),
        ("John", "John's", [0]),
        ("19", "1999 and 19", [9]),
        ("$5", "It cost $50, then $5.", [18]),
        ("C++", "C++ and C", [0]),
        ("Cat", "cat", []),
        ("", "anything", []),
        ("longer than the text", "short", []),
        ("foo", "foo_bar foo", [8]),
        ("New York", "New York, New  York", [0]),
        ("aa aa", "aa aa aa aa", [0, 6]),
    ],
)
def test_occurrences_stand_on_word_boundaries(entity, text, starts):
    assert found(entity, text) == starts


@pytest.mark.parametrize(
    ("entity", "text", "starts"),
    [
        ("东京", "我住在东京都。", [3]),
        ("東京", "東京と大阪", [0]),
        ("アメリカ", "今アメリカに", [1]),
        ("서울", "서울에서 왔다", [0]),
        ("กรุงเทพ", "ฉันอยู่กรุงเทพมหานคร", [7]),
        ("3", "3月13日", [0]),
        ("AI", "用AI技术", [1]),
    ],
)
def test_scripts_without_spaces_match_inside_a_run(entity, text, starts):
    assert found(entity, text) == starts


@pytest.mark.parametrize(("entity", "text"), [("cafe", "cafe\u0301"), ("क", "का"), ("กร", "กรุง"), ("дом", "домик")])
def test_a_match_never_cuts_off_a_combining_mark_or_a_letter(entity, text):
    assert locate(entity, text) == []


@given(st.text(alphabet="ab _1.", max_size=12), st.text(alphabet="ab _1.", min_size=1, max_size=3))
def test_in_ascii_it_agrees_with_the_word_boundaries_of_re(text, entity):
    """Where the pattern begins and ends with a word character, the two rules are the same."""
    if not (re.match(r"\w", entity[0]) and re.match(r"\w", entity[-1])):
        return
    expected = [match.span() for match in re.finditer(rf"\b{re.escape(entity)}\b", text)]
    assert locate(entity, text) == expected


@given(st.text(max_size=30), st.text(max_size=4))
def test_spans_give_the_entity_in_order_without_overlap(text, entity):
    spans = locate(entity, text)
    assert all(text[start:end] == entity for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


@given(st.lists(st.text(alphabet="abcé中", min_size=1, max_size=4), min_size=1, max_size=6), st.data())
def test_a_whole_word_is_always_found(words, data):
    word = data.draw(st.sampled_from(words))
    assert locate(word, " ".join(words))
