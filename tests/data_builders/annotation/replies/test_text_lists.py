"""Answers to questions about one type: lists of texts, in whatever form a model writes them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.annotation.replies.parsing import MAX_REPLY_CHARACTERS, ReplyError
from nuner.data_builders.annotation.replies.text_lists import parse_text_list

GENOA_AND_ROME = [
    '["Genoa", "Rome"]',
    "['Genoa', 'Rome']",
    '```json\n["Genoa", "Rome"]\n```',
    'Sure! The cities are: ["Genoa", "Rome"]. Anything else?',
    '["Genoa", "Rome",]',
    "[„Genoa“, „Rome“]",
    "[“Genoa”, “Rome”]",
    "[«Genoa», «Rome»]",
    "«Genoa», «Rome»",
    '"Genoa", "Rome"',
    "- Genoa\n- Rome",
    "1. Genoa\n2. Rome\n",
    '{"city": ["Genoa", "Rome"]}',
    '{"entities": [{"text": "Genoa"}, {"text": "Rome", "type": "city"}]}',
    '[["Genoa"], ["Rome"]]',
    '["Genoa", "Rome", "Genoa"]',
    '<think>Perhaps ["Lisbon"]?</think>["Genoa", "Rome"]',
    '["Lisbon"]\nNo, the correct answer is:\n["Genoa", "Rome"]',
    '["Genoa", "Rome", null, ""]',
]


@pytest.mark.parametrize("reply", GENOA_AND_ROME)
def test_lists(reply):
    assert parse_text_list(reply) == ["Genoa", "Rome"]


@pytest.mark.parametrize("reply", ["[]", "[ ]", "None", "None.", '["none"]', "{}", "null", '{"entities": []}', "无"])
def test_nothing(reply):
    assert parse_text_list(reply) == []


BABBLE = ["I can't help with that.", "The weather is nice today.", "city", "", "   ", '{"answer": 42}', "42", "true"]


@pytest.mark.parametrize("reply", [*BABBLE, "x" * (MAX_REPLY_CHARACTERS + 1), "<think>Hm"])
def test_babble_is_no_list(reply):
    with pytest.raises(ReplyError):
        parse_text_list(reply)


def test_of_a_list_that_is_cut_off_the_whole_texts_are_kept():
    assert parse_text_list('["Genoa", "Ro', truncated=True) == ["Genoa"]
    assert parse_text_list("- Genoa\n- Ro", truncated=True) == ["Genoa"]


def test_too_many():
    with pytest.raises(ReplyError, match="more than 1,000"):
        parse_text_list(json.dumps([str(number) + "x" for number in range(1001)]))


@given(st.lists(st.text(max_size=20)))
def test_what_the_contract_says_is_read_as_it_is(texts):
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    if len(texts) == 1:  # a list of "none" says that there is nothing
        texts = [f"{texts[0]}s"]
    kept = [*dict.fromkeys(stripped for text in texts if (stripped := text.strip()))]
    found = parse_text_list(json.dumps(texts, ensure_ascii=False))
    assert [text for text in found if text in kept] == found


@given(st.text())
def test_anything_is_a_list_or_a_fault(reply):
    try:
        assert all(isinstance(text, str) for text in parse_text_list(reply))
    except ReplyError as error:
        assert error.reason
