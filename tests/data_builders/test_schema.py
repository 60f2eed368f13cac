"""The corpus schema, sentence ids, the split and the record check."""

import hashlib

import pytest
from datasets import Dataset
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.schema import (
    CORPUS_FEATURES,
    TRAIN,
    VALIDATION,
    RecordError,
    sentence_id,
    split_of,
    validate_record,
)


def record(**changes):
    entity = {"start": 0, "end": 3, "text": "Ada", "concept": "person", "description": "a human being"}
    whole = {"id": "a1", "text": "Ada met Bo.", "language": "en", "source": "test", "entities": [entity]}
    return {**whole, **changes}


def with_entity(**changes):
    entity = {"start": 0, "end": 3, "text": "Ada", "concept": "person", **changes}
    return record(entities=[{name: value for name, value in entity.items() if value != "ABSENT"}])


def test_a_complete_record_passes_unchanged():
    assert validate_record(record()) == record()


def test_absent_optional_fields_are_filled_in():
    entity = {"start": 8, "end": 10, "text": "Bo", "concept": "person"}
    clean = validate_record({"text": "Ada met Bo.", "entities": [entity]})
    assert clean == {
        "id": sentence_id("Ada met Bo."),
        "text": "Ada met Bo.",
        "language": None,
        "source": None,
        "entities": [{**entity, "description": None}],
    }


def test_clean_records_fit_the_features():
    rows = [validate_record(record()), validate_record({"text": "Nothing here.", "entities": []})]
    dataset = Dataset.from_list(rows, features=CORPUS_FEATURES)
    assert dataset.features == CORPUS_FEATURES
    assert list(dataset) == rows


def test_overlapping_entities_are_legal():
    entities = [
        {"start": 0, "end": 3, "text": "Ada", "concept": "person"},
        {"start": 0, "end": 7, "text": "Ada met", "concept": "clause"},
    ]
    assert len(validate_record(record(entities=entities))["entities"]) == 2


def test_concept_white_space_is_normalized_and_case_is_not():
    assert validate_record(with_entity(concept="  US \t state "))["entities"][0]["concept"] == "US state"


def test_offsets_count_characters_and_not_bytes():
    clean = validate_record({"text": "😀 é Bo", "entities": [{"start": 4, "end": 6, "text": "Bo", "concept": "x"}]})
    assert clean["entities"][0]["start"] == 4


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (["not", "an", "object"], "the record is not an object"),
        (None, "the record is not an object"),
        (record(extra=1), "unknown fields (extra)"),
        ({"entities": []}, "missing fields (text)"),
        ({"text": "Ada"}, "missing fields (entities)"),
        (record(text=None), "missing fields (text)"),
        (record(text=""), "the text is empty"),
        (record(text=" \n"), "the text is empty"),
        (record(text=7), "'text' is a number, not a string"),
        (record(text="lone \ud800 surrogate"), "'text' has a lone surrogate"),
        (record(language=["en"]), "'language' is a list, not a string"),
        (record(id=12), "'id' is a number, not a string"),
        (record(id=" "), "the id is empty"),
        (record(entities={"start": [0]}), "'entities' is an object, not a list"),
        (record(entities=["Ada"]), "entity 1: it is a string"),
        (with_entity(score=1), "unknown fields (entity 1: score)"),
        (with_entity(concept="ABSENT"), "missing fields (entity 1: concept)"),
        (with_entity(start="ABSENT"), "missing fields (entity 1: start)"),
        (with_entity(start="0"), "'start' is a string, not a whole number"),
        (with_entity(start=0.0), "'start' is a number, not a whole number"),
        (with_entity(end=True), "'end' is a boolean, not a whole number"),
        (with_entity(concept=" "), "a concept is empty"),
        (with_entity(text="", end=0), "an entity is empty"),
        (with_entity(text=" ", start=3, end=4), "an entity is empty"),
        (with_entity(start=1, end=4), "the offsets do not give the entity (entity 1: 1-4 gives 'da '"),
        (with_entity(start=-11, end=-8), "the offsets do not give the entity"),
        (with_entity(start=0, end=99), "the offsets do not give the entity"),
        (with_entity(start=3, end=0), "the offsets do not give the entity"),
        (with_entity(text="Eve"), "an entity is not in the sentence (entity 1: 'Eve')"),
        (with_entity(description=3), "'description' is a number"),
    ],
)
def test_a_bad_record_is_refused_with_its_reason(raw, reason):
    with pytest.raises(RecordError) as caught:
        validate_record(raw)
    assert reason in str(caught.value)


def test_sentence_id_is_the_head_of_the_sha1_of_the_text():
    text = "Zoë paid £4."
    assert sentence_id(text) == hashlib.sha1(text.encode("utf-8")).hexdigest()[:16]


def test_split_is_pinned():
    """A change of the hash would move sentences from one side to the other between versions."""
    ids = [sentence_id(f"Sentence {number}.") for number in range(2000)]
    validation = [number for number, id in enumerate(ids) if split_of(id) == VALIDATION]
    assert validation[:5] == [12, 20, 25, 53, 68]
    assert 160 < len(validation) < 240


@given(st.text(min_size=1).filter(lambda text: text.isprintable()))
def test_split_knows_two_sides_and_never_changes_its_mind(id):
    assert split_of(id) in (TRAIN, VALIDATION)
    assert split_of(id) == split_of(id)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
entities = st.fixed_dictionaries(
    {},
    optional={
        "start": st.integers(-2, 8) | json_values,
        "end": st.integers(-2, 8) | json_values,
        "text": st.sampled_from(["Ada", "met", "a", ""]) | json_values,
        "concept": st.sampled_from(["person", " "]) | json_values,
        "description": json_values,
    },
)


@given(
    st.fixed_dictionaries(
        {
            "text": st.sampled_from(["Ada met", "Ada", ""]) | json_values,
            "entities": st.lists(entities, max_size=3),
        },
        optional={"id": json_values, "language": json_values, "odd": json_values},
    )
    | json_values
)
def test_whatever_passes_the_check_fits_the_schema(raw):
    try:
        clean = validate_record(raw)
    except RecordError:
        return
    CORPUS_FEATURES.encode_example(clean)
    assert set(clean) == set(CORPUS_FEATURES)
    for entity in clean["entities"]:
        assert clean["text"][entity["start"] : entity["end"]] == entity["text"] != ""
        assert entity["concept"].strip()
