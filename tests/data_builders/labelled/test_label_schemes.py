from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.labelled.label_schemes import (
    EntitySpan,
    TagError,
    detect_scheme,
    read_spans,
    to_iob2,
    write_iob2,
)
from nuner.data_builders.labelled.tag_spelling import spell_tags

_LABELS = ["PER", "LOC", "work-of-art", "B-side"]


@st.composite
def tagged_sentences(draw):
    """A list of disjoint entities, sometimes adjacent, and the sentence's length."""
    spans, position = [], 0
    for _ in range(draw(st.integers(0, 5))):
        start = position + draw(st.integers(0, 2))
        position = start + draw(st.integers(1, 4))
        spans.append(EntitySpan(start, position, draw(st.sampled_from(_LABELS))))
    return spans, position + draw(st.integers(0, 2))


def _with_marks(spans, length, inside, end, single):
    tags = ["O"] * length
    for span in spans:
        size = span.end - span.start
        marks = [single] if size == 1 else ["B"] + [inside] * (size - 2) + [end]
        tags[span.start : span.end] = [f"{mark}-{span.label}" for mark in marks]
    return tags


def _iob1(spans, length):
    tags = ["O"] * length
    for i, span in enumerate(spans):
        tags[span.start : span.end] = [f"I-{span.label}"] * (span.end - span.start)
        if i and spans[i - 1].end == span.start and spans[i - 1].label == span.label:
            tags[span.start] = f"B-{span.label}"
    return tags


@given(tagged_sentences())
def test_iob2_round_trip(case):
    spans, length = case
    tags = write_iob2(spans, length)
    assert read_spans(tags, "IOB2") == spans
    assert to_iob2(tags, "IOB2") == tags


@given(tagged_sentences(), st.sampled_from([("BIOES", "IES"), ("BILOU", "ILU"), ("BMES", "MES")]))
def test_schemes_with_end_marks_round_trip(case, scheme):
    spans, length = case
    name, marks = scheme
    assert to_iob2(_with_marks(spans, length, *marks), name) == write_iob2(spans, length)


@given(tagged_sentences())
def test_iob1_round_trip_with_the_detected_scheme(case):
    spans, length = case
    tags = _iob1(spans, length)
    detected = detect_scheme(tags)
    assert detected in ("IOB1", "IOB2", "plain")
    assert to_iob2(tags, "IOB1") == write_iob2(spans, length)
    if spans:
        assert to_iob2(tags, detected) == write_iob2(spans, length)


@given(tagged_sentences())
def test_plain_tags_join_adjacent_entities_of_one_type_and_keep_the_rest(case):
    spans, length = case
    plain = [tag if tag == "O" else tag[2:] for tag in write_iob2(spans, length)]
    converted = to_iob2(plain, "plain")
    assert [tag if tag == "O" else tag[2:] for tag in converted] == plain
    touching = any(a.end == b.start and a.label == b.label for a, b in pairwise(spans))
    assert (read_spans(converted) == spans) == (not touching)


@pytest.mark.parametrize(
    ("tags", "scheme"),
    [
        (["O", "B-PER", "I-PER", "B-LOC"], "IOB2"),
        (["O", "I-PER", "B-LOC", "I-LOC"], "IOB1"),
        (["I-PER"], "IOB1"),
        (["B-PER", "S-PER", "E-PER"], "BIOES"),
        (["B-PER", "I-PER", "L-PER", "U-LOC", "O"], "BILOU"),
        (["B-PER", "M-PER", "E-PER"], "BMES"),
        (["O", "person", "work-of-art"], "plain"),
        (["O"], "plain"),
    ],
)
def test_detection(tags, scheme):
    assert detect_scheme(tags) == scheme


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        (["O", "B-PER", "LOC"], "'LOC' has no prefix"),
        (["O", "B-PER", "E-PER", "L-PER"], "fit no known scheme"),
        (["O", "B-PER", "I"], "'I' is a prefix without"),
        (["O", "B-"], "'B-' is a prefix without"),
        (["O", ""], "'' is not a label"),
        (["O", None], "None is not a label"),
        (["O", "B-PER|B-NAME"], "'B-PER|B-NAME' is several tags in one"),
        (["O", "B-PER", "I-PER|O"], "'I-PER|O' is several tags in one"),
        (["PER", "OTHER"], "no word is tagged 'O'.* 'OTHER', 'PER' would be a type.*scheme='plain'"),
        (["O", "BPER", "IPER"], "'BPER' and 'IPER' look like the beginning and the inside.*scheme='plain'"),
        (["O", "[B-PER]", "[I-PER]", "LOC"], "'[B-PER]' and '[I-PER]' look like"),
        (["O", "B PER", "I PER"], "'B PER' and 'I PER' look like"),
    ],
)
def test_tags_that_fit_no_scheme_are_named(tags, message):
    with pytest.raises(TagError, match=message.replace("[", r"\[").replace("|", r"\|")):
        detect_scheme(tags)


@pytest.mark.parametrize("outside", ["OTHER", "Other", "out", "_", "-", "0", "*"])
def test_outside_beside_tags_with_marks(outside):
    assert spell_tags(["B-PER", "I-PER", outside]).spelling[outside] == "O"
    assert detect_scheme(["B-PER", "I-PER", outside]) == "IOB2"


def test_a_type_of_that_name_is_one():
    with pytest.raises(TagError, match="'OTHER' has no prefix"):
        detect_scheme(["B-OTHER", "I-OTHER", "OTHER"])
    assert spell_tags(["O", "OTHER"]).spelling["OTHER"] == "OTHER"


@pytest.mark.parametrize(
    ("tags", "scheme", "message"),
    [
        (["O", "E-PER"], "BIOES", "'E-PER' at token 1 continues"),
        (["B-PER", "E-LOC"], "BIOES", "'E-LOC' at token 1 continues"),
        (["B-PER", "O"], "BIOES", "'PER' entity opened at token 0 has no end before token 1"),
        (["B-PER"], "BILOU", "no end before token 1"),
        (["B-PER", "S-LOC"], "BIOES", "no end before token 1"),
        (["O", "L-PER"], "BIOES", "'L-PER' at token 1 is not a BIOES tag"),
        (["O", "PER"], "IOB2", "'PER' at token 1 is not a IOB2 tag"),
    ],
)
def test_unreadable_tags_name_the_tag_and_the_record(tags, scheme, message):
    with pytest.raises(TagError, match=message) as caught:
        to_iob2(tags, scheme, record="train.jsonl:7")
    assert str(caught.value).startswith("train.jsonl:7: ")


def test_unknown_scheme_is_named():
    with pytest.raises(ValueError, match="unknown label scheme 'BIO3'"):
        read_spans(["O"], "BIO3")  # type: ignore[arg-type]


def test_a_prefix_that_belongs_to_the_name_is_read_when_the_scheme_is_given():
    assert to_iob2(["I-94", "I-94", "visa"], "plain") == ["B-I-94", "I-I-94", "B-visa"]
