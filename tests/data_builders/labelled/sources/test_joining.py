"""Several labelled data sets as one."""

from datasets import Dataset, DatasetDict

from nuner import load_labelled
from nuner.data_builders.labelled.load import entity_types
from nuner.data_builders.labelled.sources.joining import join_labelled


def labelled(**splits):
    return load_labelled(
        DatasetDict(
            {
                split: Dataset.from_list([{"tokens": words.split(), "tags": tags.split()} for words, tags in rows])
                for split, rows in splits.items()
            }
        )
    )


def tags_of(rows):
    names = rows.features["ner_tags"].feature.names
    return [(" ".join(row["tokens"]), " ".join(names[tag] for tag in row["ner_tags"])) for row in rows]


def test_tags_keep_their_names_and_the_first_part_comes_first():
    gold = labelled(train=[("To Rome", "O B-city")])
    llm = labelled(train=[("Take aspirin", "O B-drug"), ("in Oslo", "O B-city")])
    joined = join_labelled([gold, llm])
    assert tags_of(joined["train"]) == [
        ("To Rome", "O B-city"),
        ("Take aspirin", "O B-drug"),
        ("in Oslo", "O B-city"),
    ]
    assert entity_types(joined["train"]) == ["city", "drug"]


def test_a_sentence_is_learnt_once_from_the_first_that_has_it():
    gold = labelled(train=[("To Rome .", "O B-city O"), ("To Rome .", "O B-city O")])
    llm = labelled(train=[("To Rome.", "O O"), ("in Oslo", "O B-city")])
    assert [text for text, _ in tags_of(join_labelled([gold, llm])["train"])] == ["To Rome .", "To Rome .", "in Oslo"]


def test_what_is_measured_on_is_not_learnt():
    gold = labelled(train=[("To Rome", "O B-city")], test=[("in Oslo", "O B-city")])
    llm = labelled(train=[("in Oslo", "O B-city"), ("in Bonn", "O B-city")], dev=[("To Rome", "O B-city")])
    joined = join_labelled([gold, llm])
    assert {split: [text for text, _ in tags_of(rows)] for split, rows in joined.items()} == {
        "train": ["in Bonn"],
        "test": ["in Oslo"],
        "validation": ["To Rome"],
    }


def test_texts_stay_where_they_are_known():
    texts = Dataset.from_list([{"text": "It's Rome", "entities": [{"start": 5, "end": 9, "label": "city"}]}])
    joined = join_labelled([labelled(train=[("in Oslo", "O B-city")]), load_labelled(texts)])
    assert list(joined["train"]["text"]) == [None, "It's Rome"]
