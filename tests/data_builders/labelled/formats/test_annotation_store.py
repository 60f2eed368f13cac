"""What a language model labelled, read as labelled data."""

import json
import logging
from pathlib import Path

import pytest

from nuner import load_labelled
from nuner.data_builders import convert_labels
from nuner.data_builders.annotation.entity_types.type_list import EntityType, TypeList
from nuner.data_builders.annotation.llm.client import LLMClient
from nuner.data_builders.annotation.llm.prompt import Prompt
from nuner.data_builders.annotation.sentences.raw_sentence import raw_sentence
from nuner.data_builders.annotation.store.store import AnnotationStore, Outcome
from nuner.data_builders.labelled.formats.table import format_for

TYPES = TypeList((EntityType("city"), EntityType("person name")))


def fill(path: Path, replies, types: TypeList | None = TYPES):
    """A store in which each text has its reply; None has failed, and ... is pending."""
    with AnnotationStore(path) as store:
        store.add([raw_sentence(text) for text in replies])
        annotator = store.bind(LLMClient("tiny-llm", "http://localhost:1/v1", Prompt(types=types)))
        for number, reply in enumerate(replies.values(), 1):
            if reply is None:
                store.record([Outcome(number, "failed", error="the model refused", annotator=annotator)])
            elif reply is not ...:
                entities = [{"text": text, "concept": concept} for text, concept in reply]
                store.record([Outcome(number, "done", json.dumps({"entities": entities}), annotator=annotator)])
    return path


@pytest.fixture
def store(tmp_path):
    return fill(
        tmp_path / "run.sqlite",
        {
            "Ada's in Rome, Ada!": [("Ada", "Person_Names"), ("Rome", "cities"), ("in", "none")],
            "Refused.": None,
            "Bo went to Oslo.": [("Bo", "human"), ("Oslo", "city")],
            "Nothing at all.": [],
            "Only Ada.": [("Ada", "human")],
            "Not asked yet.": ...,
        },
    )


def test_a_store_with_types_is_labelled_data(store, caplog):
    with caplog.at_level(logging.WARNING):
        train = load_labelled(store)["train"]
    names = train.features["ner_tags"].feature.names
    assert [(row["text"], [names[tag] for tag in row["ner_tags"]]) for row in train.to_list()] == [
        ("Ada's in Rome, Ada!", ["B-person name", "O", "O", "O", "B-city", "O", "B-person name", "O"]),
        ("Bo went to Oslo.", ["O", "O", "O", "B-city", "O"]),
        ("Nothing at all.", ["O", "O", "O", "O"]),
    ]
    for told in (
        f"2 entities of the type 'human' were left out, which is not in the list (the first: {store}:3)",
        "1 sentences were left out, for nothing of their reply could be used",
        f"1 sentences were left out because they failed: nuner annotate status {store}",
        "1 sentences were left out because they have no reply yet",
    ):
        assert told in caplog.text


def test_a_store_is_converted_to_any_other_format(store, tmp_path):
    done = convert_labels(store, tmp_path / "train.jsonl", target_format="jsonl")
    assert (done.texts, done.entities) == (3, 4)
    first = json.loads((tmp_path / "train.jsonl").read_text().splitlines()[0])
    assert first["entities"][1] == {"start": 9, "end": 13, "label": "city"}


def test_a_store_is_not_written(store, tmp_path):
    assert format_for(tmp_path / "x.sqlite").name == "annotation-store"
    with pytest.raises(ValueError, match="an annotation store with types is read and not written"):
        convert_labels(store, tmp_path / "x.sqlite")
    assert not (tmp_path / "x.sqlite").exists()


def test_concepts_of_the_models_own_choice_are_no_labels(tmp_path):
    store = fill(tmp_path / "free.sqlite", {"To Rome": [("Rome", "capital city")]}, types=None)
    with pytest.raises(
        ValueError, match=r"free.sqlite is an annotation store whose concepts the model chose by itself.*--types"
    ):
        load_labelled(store)


def test_another_database_is_no_store(tmp_path):
    import sqlite3

    sqlite3.connect(tmp_path / "other.sqlite").execute("CREATE TABLE t (x)").connection.commit()
    with pytest.raises(ValueError, match="is no annotation store"):
        load_labelled(tmp_path / "other.sqlite")
