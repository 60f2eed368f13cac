"""What becomes of replies where the user named the types."""

import json

import pytest

from nuner.data_builders.annotation.corpus.rows import YieldCounts, corpus_rows
from nuner.data_builders.annotation.corpus.typed_entities import REJECTED, UNKNOWN_TYPE
from nuner.data_builders.annotation.entity_types.type_names import TypeNames
from nuner.data_builders.annotation.store.finished_sentence import FinishedSentence

TEXT = "Ada took the 1. Class train from Rome to Oslo."
TYPES = TypeNames({"City_Name": ["Stadt"], "1. Person": [], "US train": []})


def rows_of(reply, types=TYPES):
    counts = YieldCounts()
    reply = reply if isinstance(reply, str) else json.dumps(reply)
    rows = list(corpus_rows([FinishedSentence("1", TEXT, "en", None, reply, False)], counts, types=types))
    return [[(each["text"], each["concept"]) for each in row["entities"]] for row in rows], counts


@pytest.mark.parametrize(
    "reply",
    [
        {"entities": [{"text": "Rome", "description": "a town", "concept": "city names"}]},
        {"entities": [{"text": "Rome", "type": "CITY NAME"}]},
        {"city_name": ["Rome"]},
        {"Rome": "City name"},
        {"City name": "Rome"},
        '["Rome", "city name"]\n["Oslo", "none"]',
        '```json\n{"entities": [{"text": "Rome", "concept": "Stadt"},]}\n```',
        "Rome <> cityName <> a town",
        "- Rome: city name",
        "| text | type |\n|---|---|\n| Rome | City_Name |",
        "Ada took the train from <city_name>Rome</city_name> to Oslo.",
    ],
)
def test_a_type_is_known_in_whatever_form_it_is_answered(reply):
    assert rows_of(reply)[0] == [[("Rome", "City_Name")]]


def test_types_keep_the_names_that_the_user_gave_them():
    entities = [{"text": "Ada", "concept": "1. person"}, {"text": "train", "concept": "US Train"}]
    assert rows_of({"entities": entities})[0] == [[("Ada", "1. Person"), ("train", "US train")]]


def test_what_is_of_no_type_is_counted():
    entities = [
        {"text": "Rome", "concept": "city name"},
        {"text": "Class", "concept": "none"},
        {"text": "Ada", "concept": "Frau"},
        {"text": "Oslo", "concept": "Frau"},
        {"text": "Bonn", "concept": "city name"},
    ]
    found, counts = rows_of({"entities": entities})
    assert found == [[("Rome", "City_Name")]]
    assert counts.losses == {REJECTED: 1, UNKNOWN_TYPE: 2, "not found": 1}
    assert counts.unknown_types == {"frau": 2}
    assert counts.entities == 5


def test_a_sentence_of_rejected_candidates_is_one_without_entities():
    assert rows_of({"entities": [{"text": "Class", "concept": "none"}]})[0] == [[]]
    assert rows_of({"entities": []})[0] == [[]]


def test_a_sentence_whose_entities_are_all_lost_is_no_such_sentence():
    found, counts = rows_of({"entities": [{"text": "Class", "concept": "none"}, {"text": "Ada", "concept": "Frau"}]})
    assert (found, counts.without_place) == ([], 1)
