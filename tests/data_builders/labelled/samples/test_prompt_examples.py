"""Labelled sentences as a prompt shows them."""

import pytest
from datasets import Dataset

from nuner import load_labelled
from nuner.data_builders import EntityType, TypeList
from nuner.data_builders.labelled.samples.prompt_examples import prompt_examples


def labelled(*rows):
    return load_labelled(Dataset.from_list([dict(zip(("tokens", "tags"), row, strict=True)) for row in rows]), "train")


def types(*names, **aliases):
    return TypeList(
        (*map(EntityType, names), *(EntityType(name, aliases=tuple(others)) for name, others in aliases.items()))
    )


def test_entities_are_told_by_their_text_and_the_name_of_their_type():
    rows = labelled(
        (
            ["To", "New", "York", "and", "New", "York"],
            ["O", "B-CITY_NAME", "I-CITY_NAME", "O", "B-CITY_NAME", "I-CITY_NAME"],
        ),
        (["北", "京", "!"], ["B-CITY_NAME", "I-CITY_NAME", "O"]),
        (["Nothing"], ["O"]),
    )
    assert [tuple(example) for example in prompt_examples(rows, types("city name", "drug"))] == [
        ("To New York and New York", (("New York", "city name"),)),
        ("北京!", (("北京", "city name"),)),
        ("Nothing", ()),
    ]


def test_texts_are_shown_as_they_were_written():
    rows = [{"text": "It's 4,50 in Rome.", "entities": [{"start": 13, "end": 17, "label": "LOC"}]}]
    ((text, entities),) = prompt_examples(load_labelled(Dataset.from_list(rows), "train"), types(place=["loc"]))
    assert (text, entities) == ("It's 4,50 in Rome.", (("Rome", "place"),))


def test_a_label_that_is_none_of_the_types_is_refused():
    with pytest.raises(ValueError, match=r"entities of the type 'LOC', which is not in the list \(city, drug\)"):
        prompt_examples(labelled((["To", "Rome"], ["O", "B-LOC"])), types("city", "drug"))
