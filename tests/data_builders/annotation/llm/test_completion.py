"""Answers of servers that keep to the protocol more or less."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.annotation.llm.completion import body_of, read_completion
from nuner.data_builders.annotation.llm.cost import Usage
from nuner.data_builders.annotation.llm.faults import RequestFault, error_message


def completion(message, **fields):
    return {"choices": [{"message": message, **fields}]}


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"content": "a"}, "a"),
        ({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}, "ab"),
        ({"content": [{"type": "reasoning", "text": "no"}, {"type": "output_text", "text": "a"}]}, "a"),
        ({"content": ["a", 3, None, {"type": "image"}]}, "a"),
        ({"content": "a", "reasoning_content": "no"}, "a"),
        ({"content": None, "tool_calls": [{"function": {"name": "x", "arguments": "{}"}}]}, "{}"),
        ({"content": "a\ud83d\ude00\ud83d"}, "a😀"),
    ],
)
def test_the_text_of_an_answer(message, text):
    assert read_completion(completion(message), None).text == text


@pytest.mark.parametrize(
    "message", [{"content": None}, {"content": []}, {"content": {}}, {"content": 3}, {"reasoning_content": "hm"}]
)
def test_an_answer_without_a_text(message):
    with pytest.raises(RequestFault, match="the reply is empty"):
        read_completion(completion(message), None)


@pytest.mark.parametrize("count", [-1, 10**7 + 1, 10**400, "12", None, True, float("nan"), float("inf"), 1.5, [1]])
def test_counts_of_tokens_that_are_none(count):
    answer = {**completion({"content": "a"}), "usage": {"prompt_tokens": 3, "completion_tokens": count}}
    assert read_completion(answer, None).usage is None


def test_a_number_of_thousands_of_digits_does_not_spoil_its_answer():
    body = json.dumps({**completion({"content": "a"}), "usage": {"prompt_tokens": 3, "completion_tokens": 0}})
    body = body.replace('"completion_tokens": 0', '"completion_tokens": ' + "9" * 5000)
    assert read_completion(body_of(body.encode()), None).text == "a"
    answer = {**completion({"content": "a"}), "usage": {"prompt_tokens": 3, "completion_tokens": 4}}
    assert read_completion(body_of(json.dumps(answer).encode()), None).usage == Usage(3, 4)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not of the OpenAI protocol"),
        (b"<html>", "not of the OpenAI protocol"),
        (b'{"choices": [', "broken JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": "\xff\xfe"}', "broken JSON"),
    ],
)
def test_bodies_that_cannot_be_read(body, reason):
    with pytest.raises(RequestFault, match=reason):
        read_completion(body_of(body), None)


def test_what_a_server_says_is_shown_on_one_line_without_what_a_terminal_obeys():
    assert error_message({"message": "not\n\x1b[31mnow\ud83d"}) == "not [31mnow"
    deep = []
    for _ in range(100_000):
        deep = [deep]
    assert error_message({"message": deep}) == ""
    while deep:  # or the interpreter takes it apart by recursion
        deep = deep.pop()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["choices", "message", "content", "usage", "prompt_tokens", "tool_calls", "function", "arguments", "text"]
    ), inner, max_size=3),
)  # fmt: skip


@given(json_values, json_values, json_values)
def test_any_answer_is_read_or_refused(answer, message, usage):
    for value in (answer, completion(message), {"choices": [answer], "usage": usage}, {"choices": answer}):
        try:
            text = read_completion(value, None).text
        except RequestFault as fault:
            str(fault).encode()
        else:
            text.encode()
