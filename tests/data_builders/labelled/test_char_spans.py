from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.labelled.char_spans import split_words, tag_words
from nuner.data_builders.labelled.label_schemes import read_spans


@given(st.text())
def test_every_visible_character_is_in_exactly_one_word(text):
    words = split_words(text)
    assert "".join(word.text for word in words) == "".join(c for c in text if not c.isspace())
    assert all(text[word.start : word.end] == word.text for word in words)
    assert all(a.end <= b.start for a, b in pairwise(words))


@st.composite
def texts_with_spans(draw):
    """A text and disjoint spans that start and end at word boundaries."""
    text = draw(st.text(alphabet="aé1_ .,-'\n", min_size=1, max_size=40))
    words, spans, position = split_words(text), [], 0
    while position < len(words):
        end = position + draw(st.integers(1, 3))
        if draw(st.booleans()) and end <= len(words):
            label = draw(st.sampled_from(["x", "y"]))
            spans.append({"start": words[position].start, "end": words[end - 1].end, "label": label})
        position = end
    return text, spans


@given(texts_with_spans())
def test_spans_at_word_boundaries_round_trip(case):
    text, spans = case
    words = split_words(text)
    tokens, tags, widened = tag_words(text, spans)
    back = [{"start": words[s.start].start, "end": words[s.end - 1].end, "label": s.label} for s in read_spans(tags)]
    assert (back, widened, tokens) == (spans, 0, [word.text for word in words])


@given(st.text(alphabet="ab. ", min_size=1, max_size=20), st.data())
def test_no_span_is_ever_lost(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    entity = {"start": start, "end": end, "label": "x", "text": text[start:end]}
    if not text[start:end].strip():
        with pytest.raises(ValueError, match="covers no word"):
            tag_words(text, [entity])
        return
    tokens, tags, widened = tag_words(text, [entity])
    [span] = read_spans(tags)
    covered = "".join(tokens[span.start : span.end])
    inner = "".join(text[start:end].split())
    assert inner in covered
    assert widened == (covered != inner)


def test_a_boundary_inside_a_word_widens_the_span_and_is_counted():
    tagged = tag_words("runs iOS17beta today", [{"start": 5, "end": 10, "label": "version"}])
    assert tagged == (["runs", "iOS17beta", "today"], ["O", "B-version", "O"], 1)


def test_of_entities_that_share_a_word_the_longest_stays_or_else_the_first():
    crossing = [{"start": 4, "end": 8, "label": "x"}, {"start": 0, "end": 8, "label": "y"}]
    assert tag_words("Ann Anna", crossing).tags == ["B-y", "I-y"]
    touching = [{"start": 2, "end": 4, "label": "y"}, {"start": 0, "end": 2, "label": "x"}]
    assert tag_words("Anna", touching) == (["Anna"], ["B-y"], 2)


@pytest.mark.parametrize(
    ("entities", "message"),
    [
        ([{"start": 0, "end": 99, "label": "x"}], "outside the text"),
        ([{"start": 3, "end": 3, "label": "x"}], "outside the text"),
        ([{"start": -1, "end": 3, "label": "x"}], "outside the text"),
        ([{"start": 0, "end": 4}], "needs whole numbers"),
        ([{"start": "0", "end": 4, "label": "x"}], "needs whole numbers"),
        (["Anna"], "must be an object"),
        ([{"start": 0, "end": 4, "label": "x", "text": "Ann"}], "says 'Ann' but characters 0-4 are 'Anna'"),
    ],
)
def test_bad_entities_are_refused(entities, message):
    with pytest.raises(ValueError, match=message):
        tag_words("Anna Lee", entities)
