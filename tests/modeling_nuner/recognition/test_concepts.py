"""Entity types as concept names."""

from __future__ import annotations

from typing import Any

import pytest

from nuner.modeling_nuner.recognition.concepts import concept_labels


def test_names_become_words_in_lower_case_and_keep_their_order() -> None:
    assert concept_labels(["RATINGS_AVERAGE", "cell_line", "Restaurant  Name"]) == {
        "RATINGS_AVERAGE": "ratings average",
        "cell_line": "cell line",
        "Restaurant  Name": "restaurant name",
    }


def test_a_description_is_compared_in_place_of_the_name() -> None:
    assert concept_labels({"TITLE": "Movie title", "B-cell": "cell_type"}) == {
        "TITLE": "movie title",
        "B-cell": "cell type",
    }


def test_an_iterator_of_labels_is_read_once() -> None:
    assert list(concept_labels(name for name in ("city", "drug"))) == ["city", "drug"]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([], "no candidate label"),
        ({}, "no candidate label"),
        ("city", r"give a list, such as \['city'\]"),
        (7, "int"),
        (["city", 3], "3, a int"),
        (["city", None], "None, a NoneType"),
        ({"city": None}, "None, a NoneType"),
        (["city", " _ "], "blank"),
        ({"": "city"}, "blank"),
        (["city", "city"], "twice"),
    ],
)
def test_bad_labels_are_refused_in_one_sentence(labels: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message) as error:
        concept_labels(labels)
    assert "\n" not in str(error.value)
