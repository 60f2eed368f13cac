import pytest
from datasets import Dataset

from nuner import load_labelled
from nuner.trainers.fine_tuning.model_labels import model_labels, model_scheme

APART = {"tokens": ["Rome", "and", "Paris"], "tags": ["B-city", "O", "B-city"]}
TOUCHING = {"tokens": ["Rome", "Paris"], "tags": ["B-city", "B-city"]}
IOB2 = ["O", "B-city", "I-city"]


@pytest.mark.parametrize(
    ("rows", "scheme", "labels"),
    [
        ([APART] * 9, "auto", ["O", "city"]),
        ([APART] * 99 + [TOUCHING], "auto", ["O", "city"]),
        ([APART] * 9 + [TOUCHING], "auto", IOB2),
        ([APART] * 9 + [TOUCHING], "plain", ["O", "city"]),
        ([APART], "IOB2", IOB2),
    ],
)
def test_plain_types_where_entities_do_not_touch(rows, scheme, labels):
    found = model_labels(load_labelled(Dataset.from_list(rows), "train"), scheme)
    assert found == labels
    assert model_scheme(found) == ("IOB2" if labels == IOB2 else "plain")


def test_types_of_different_kinds_may_touch():
    row = {"tokens": ["Rome", "Monday"], "tags": ["B-city", "B-day"]}
    assert model_labels(load_labelled(Dataset.from_list([row]), "train")) == ["O", "city", "day"]


def test_a_type_that_looks_like_a_tag():
    row = {"tokens": ["lymphocytes"], "tags": ["B-B-cell"]}
    assert model_labels(load_labelled(Dataset.from_list([row]), "train")) == ["O", "B-B-cell", "I-B-cell"]
