"""Finding an entity that is spelt a little differently."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.annotation.replies.folded_text import FoldedText
from nuner.data_builders.locating import locate

CASE = {"ignore_case": True}
LOOK = {"normalize": True}


@pytest.mark.parametrize(
    ("entity", "text", "options", "found"),
    [
        ("the poker channel", "On The Poker Channel.", CASE, ["The Poker Channel"]),
        ("STRASSE", "Große Straße", CASE, ["Straße"]),
        ("S", "ß", CASE, []),
        ("istanbul", "İstanbul", CASE, []),
        ("cat", "Concatenate Cat", CASE, ["Cat"]),
        ("a - b", "a \u2013 b", CASE, []),
        ("caf\u00e9", "Un cafe\u0301 noir", LOOK, ["cafe\u0301"]),
        ("cafe\u0301", "Un caf\u00e9 noir", LOOK, ["caf\u00e9"]),
        ("cafe", "Un cafe\u0301 noir", LOOK, []),
        ("\ud55c\uad6d", "\u1112\u1161\u11ab\u1100\u116e\u11a8", LOOK, ["\u1112\u1161\u11ab\u1100\u116e\u11a8"]),
        ("Bird's Nest", "the \u201cBird\u2019s  Nest\u201d", LOOK, ["Bird\u2019s  Nest"]),
        ('"Nest"', "the \u201cNest\u201d", LOOK, ["\u201cNest\u201d"]),
        ("1914-1918", "in 1914\u20131918", LOOK, ["1914\u20131918"]),
        ("New York", "New\u00a0York, New\n York", LOOK, ["New\u00a0York", "New\n York"]),
        ("cooperation", "co\u00adoperation", LOOK, ["co\u00adoperation"]),
        ("bird's", "BIRD\u2019S", LOOK, []),
        ("bird's", "BIRD\u2019S", {**CASE, **LOOK}, ["BIRD\u2019S"]),
        ("", "text", LOOK, []),
        ("\u00ad", "text", LOOK, []),
    ],
)
def test_what_reads_the_same_is_found_and_no_more(entity, text, options, found):
    assert [text[start:end] for start, end in FoldedText(text, **options).locate(entity)] == found


@given(st.text(max_size=30), st.booleans(), st.booleans())
def test_a_text_is_found_in_itself(text, ignore_case, normalize):
    """It may be folded to nothing, and then there is nothing to find."""
    found = FoldedText(text, ignore_case=ignore_case, normalize=normalize).locate(text)
    assert found in ([], [(0, len(text))]) or text[found[0][0] : found[0][1]] in text
    if text.isascii() and text.strip():
        assert found == [(0, len(text))]


@given(st.text(max_size=20), st.text(max_size=3), st.booleans(), st.booleans())
def test_spans_lie_in_the_text_and_read_the_same(text, entity, ignore_case, normalize):
    folded = FoldedText(text, ignore_case=ignore_case, normalize=normalize)
    end_before = 0
    for start, end in folded.locate(entity):
        assert end_before <= start < end <= len(text)
        end_before = end
        same = FoldedText(text[start:end], ignore_case=ignore_case, normalize=normalize)
        assert same.locate(entity) == [(0, end - start)]


@given(st.lists(st.text("abé ", min_size=1, max_size=4), min_size=1, max_size=5), st.data())
def test_whole_words_are_found_in_the_other_normal_form(words, data):
    text = " ".join(" ".join(words).split())
    word = " ".join(data.draw(st.sampled_from(words)).split())
    for form in ("NFC", "NFD"):
        shown = unicodedata.normalize(form, text)
        assert len(FoldedText(shown, normalize=True).locate(word)) == len(locate(word, text))
