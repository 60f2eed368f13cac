from collections import Counter

import pytest
from datasets import Dataset, DatasetDict
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.labelled.load import load_labelled
from nuner.data_builders.labelled.samples.k_shot import annotation_counts
from nuner.trainers.held_out import with_test_split


def _split(tags):
    rows = Dataset.from_list([{"tokens": [f"w{i}"], "tags": [tag]} for i, tag in enumerate(tags)])
    return load_labelled(rows, scheme="plain")


def test_a_fifth_is_held_out_and_always_the_same():
    rows = _split(["PER", "O", "LOC", "O", "O"] * 20)
    splits, note = with_test_split(rows, "people")
    assert {split: len(found) for split, found in splits.items()} == {"train": 80, "test": 20}
    assert note == "people has no test split: 20 of its 100 sentences (drawn with seed 0) are held out to measure on"
    assert with_test_split(rows, "people")[0]["test"]["tokens"][:] == splits["test"]["tokens"][:]


def test_there_is_a_test_split_already():
    rows = _split(["PER", "O"])["train"]
    splits = DatasetDict({"train": rows, "test": rows})
    assert with_test_split(splits, "people") == (splits, None)
    unusual = DatasetDict({"en": rows, "fr": rows})
    assert with_test_split(unusual, "people") == (unusual, None)


def test_a_single_split_is_taken_for_training():
    rows = _split(["PER", "O", "PER"])["train"]
    assert list(with_test_split(DatasetDict({"validation": rows}), "people")[0]) == ["train", "test"]


def test_too_few_sentences():
    with pytest.raises(ValueError, match="people has no test split, and its 2 training sentences are too few"):
        with_test_split(_split(["PER", "LOC"]), "people")


@given(st.lists(st.sampled_from(["O", "O", "PER", "LOC", "ORG"]), min_size=2, max_size=40))
def test_every_type_stays_in_training_and_something_can_be_measured(tags):
    rows = _split([*tags, "PER", "PER"])
    splits, _ = with_test_split(rows, "people")
    train, test = (sum(annotation_counts(splits[split]), Counter()) for split in ("train", "test"))
    assert train.keys() == set(tags) - {"O"} | {"PER"}
    assert test
    assert sorted(splits["train"]["tokens"][:] + splits["test"]["tokens"][:]) == sorted(rows["train"]["tokens"][:])
