"""Reading the entities out of a model's reply."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.annotation.replies.parsing import (
    MAX_REPLY_CHARACTERS,
    ParsedReply,
    ReplyError,
    parse_replies,
    parse_reply,
)
from nuner.data_builders.raw_entity import RawEntity

ADA = RawEntity("Ada", "mathematician", "a person who studies numbers")
BO = RawEntity("Bo", "person")
CONTRACT = ParsedReply([ADA, BO], "json").to_json()

texts = st.text(st.characters(codec="utf-8"))
entities = st.lists(st.builds(RawEntity, texts, texts, st.none() | texts))


@pytest.mark.parametrize(
    ("reply", "form"),
    [
        (CONTRACT, "json"),
        ("\ufeff  " + CONTRACT + "\n", "json"),
        (json.dumps(json.loads(CONTRACT)["entities"]), "json"),
        ('<think>Maybe {"entities": [{"text": "No", "concept": "x"}]}?</think>\n' + CONTRACT, "json"),
        (f"```json\n{CONTRACT}\n```", "fenced"),
        (f"Here you are:\n\n```\n{CONTRACT}\n```\nHope that helps!", "fenced"),
        (f"Sure! The entities of [1] are: {CONTRACT} Anything {{else}}?", "prose"),
        ("\n".join(json.dumps(entity) for entity in json.loads(CONTRACT)["entities"]), "prose"),
        (CONTRACT.replace("}]}", "},]}"), "repaired"),
        (CONTRACT.replace('"}', '",}', 1), "repaired"),
        (CONTRACT.replace('"', "'"), "repaired"),
        (CONTRACT.replace("}, {", "} {"), "repaired"),
        (f"Broken and in prose: {CONTRACT.replace('},', '},,', 1)} That is all.", "repaired"),
        (str(["Ada <> mathematician <> a person who studies numbers", "Bo <> person"]), "repaired"),
        ("Ada <> mathematician <> a person who studies numbers\n\nBo <> person\n", "lines"),
        ("Entities:\n- Ada <> mathematician <> a person who studies numbers\n2. Bo <> person", "lines"),
        (CONTRACT[:-2] + ', {"text": "Cy", "concept": "per', "cut"),
        (CONTRACT[:-2] + ", {", "cut"),
        (f'```json\n{CONTRACT[:-2]}, {{"text": "C}} [y', "cut"),
    ],
)
def test_the_same_entities_are_read_from_every_form(reply, form):
    assert parse_reply(reply) == ParsedReply([ADA, BO], form)


@pytest.mark.parametrize("reply", ['{"entities": []}', "[]", "```json\n[]\n```", 'None: {"entities": []}'])
def test_no_entity_is_a_valid_answer(reply):
    assert parse_reply(reply).entities == []


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "the reply is empty"),
        (" \n", "the reply is empty"),
        ("<think>Let me see", "the reply has no more than thoughts"),
        ("I cannot help with that.", "the reply has no JSON"),
        ("See [the list] {below}.", "the reply has no JSON"),
        ('{"error": "overloaded"}', "the JSON has no list of entities"),
        ('{"entities": 3}', "the JSON has no list of entities"),
        ("3", "the JSON has no list of entities"),
        ('["Ada", "Bo"]', "no entity of the reply has a text and a concept"),
        (
            '{"entities": [{"text": "Ada"}, {"concept": "person"}, 3]}',
            "no entity of the reply has a text and a concept",
        ),
        ("<> person", "no entity of the reply has a text and a concept"),
        ('{"entities": [{"text": "Ad', "the reply is cut off before its first whole entity"),
        ("[" * 100_000, "the reply is cut off before its first whole entity"),
        ("x" * (MAX_REPLY_CHARACTERS + 1), "the reply is longer than 200,000 characters"),
    ],
)
def test_what_cannot_be_read_has_a_reason(reply, reason):
    with pytest.raises(ReplyError) as caught:
        parse_reply(reply)
    assert caught.value.reason == reason


def test_unreadable_items_are_left_out_and_counted():
    reply = '{"entities": [{"text": "Ada"}, {"text": 1815, "concept": "year"}, {"text": "x", "concept": null}, "y"]}'
    assert parse_reply(reply) == ParsedReply([RawEntity("1815", "year")], "json", unreadable=3)


def test_lines_cut_off_lose_the_last_one():
    reply = "Ada <> mathematician\nBo <> per"
    assert parse_reply(reply, truncated=True).entities == [RawEntity("Ada", "mathematician")]


def test_a_line_format_reply_may_hold_brackets():
    reply = "Ada <> person <> someone {real}\nBo <> person <> see ['x' for y"
    assert [entity.text for entity in parse_reply(reply).entities] == ["Ada", "Bo"]


@given(entities)
def test_the_contract_is_read_back(given_entities):
    reply = ParsedReply(given_entities, "json").to_json()
    assert parse_reply(reply).entities == given_entities


@given(entities.filter(bool), st.data())
def test_a_cut_reply_keeps_the_whole_entities_and_no_half_one(given_entities, data):
    items = [json.dumps(entity._asdict()) for entity in given_entities]
    whole = '{"entities": [' + ", ".join(items)
    cut = data.draw(st.integers(1, len(whole)))
    kept, end = [], len('{"entities": [')
    for entity, item in zip(given_entities, items, strict=True):
        if end + len(item) <= cut:
            kept.append(entity)
        end += len(item) + len(", ")
    try:
        found = parse_reply(whole[:cut], truncated=True).entities
    except ReplyError:
        found = []
    assert found == kept


@given(texts, st.booleans())
def test_arbitrary_text_is_read_or_refused(reply, truncated):
    for parse in (parse_reply, lambda reply, truncated: parse_replies(reply, [1, 2], truncated=truncated)):
        try:
            parse(reply, truncated=truncated)
        except ReplyError as error:
            assert error.reason


@given(st.data(), st.booleans())
def test_damaged_contract_is_read_or_refused(data, truncated):
    """Cut pieces out of a reply and put others in, as no model would."""
    reply = CONTRACT
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(reply)))
        end = data.draw(st.integers(start, min(len(reply), start + 9)))
        reply = reply[:start] + data.draw(st.text('{}[]",:\\<>\n u0e', max_size=5)) + reply[end:]
    try:
        parsed = parse_reply(reply, truncated=truncated)
    except ReplyError:
        return
    assert all(isinstance(entity.text, str) and isinstance(entity.concept, str) for entity in parsed.entities)


# Several sentences


def results(*pairs):
    return json.dumps({"results": [{"id": number, "entities": items} for number, items in pairs]})


ITEM = {"text": "Bo", "concept": "person"}


def test_results_are_told_apart_by_number_and_what_is_missing_is_absent():
    reply = results((2, [ITEM]), (1, []), (7, [ITEM]), ("3", [ITEM]), (4, [{"text": "x"}]))
    parsed = parse_replies(reply, [1, 2, 3, 4, 5])
    assert {number: one.entities for number, one in parsed.items()} == {2: [BO], 1: [], 3: [BO]}


def test_a_number_that_occurs_twice_is_asked_again():
    assert set(parse_replies(results((1, [ITEM]), (2, []), (1, [])), {1, 2})) == {2}


def test_a_result_that_is_cut_off_is_asked_again():
    reply = results((1, [ITEM]), (2, [ITEM, ITEM]))
    for cut in range(reply.index('"id": 2'), len(reply) - len("}]}")):
        assert list(parse_replies(reply[:cut], [1, 2], truncated=True)) == [1]
    assert list(parse_replies(reply[: -len("]}")], [1, 2], truncated=True)) == [1, 2]


def test_results_in_fences_and_as_a_bare_list():
    reply = json.dumps(json.loads(results((1, [ITEM])))["results"])
    assert parse_replies(f"```json\n{reply}\n```", [1])[1] == ParsedReply([BO], "fenced")


@pytest.mark.parametrize("reply", [results((9, [])), '{"results": 3}', "no", CONTRACT])
def test_a_reply_without_a_result_is_refused(reply):
    with pytest.raises(ReplyError):
        parse_replies(reply, [1])
