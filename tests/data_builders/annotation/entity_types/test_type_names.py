"""Which type a model means by the name that it answers with."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.annotation.entity_types.type_names import TypeNames, says_no_type

NAMES = TypeNames(
    {
        "organization": ["Firma", "会社"],
        "job title": [],
        "Restaurant_Name": ["resto"],
        "cell_type": [],
        "glass": [],
        "glasses": [],
        "colour": [],
        "city": ["Städte"],
    }
)


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("organization", "organization"),
        ("ORGANIZATION", "organization"),
        ("Organisations", "organization"),
        ("firma", "organization"),
        ("会社", "organization"),
        ("job_titles", "job title"),
        ("JobTitle", "job title"),
        ("job-title", "job title"),
        ("restaurant names", "Restaurant_Name"),
        ("restaurantName", "Restaurant_Name"),
        ("Cell Types", "cell_type"),
        ("color", "colour"),
        ("cities", "city"),
        ("stadte", "city"),
        ("glass", "glass"),
        ("Glasses", "glasses"),
        ("Stadt", None),
        ("cell", None),
        ("none", None),
        ("", None),
        ("**", None),
    ],
)
def test_spellings_of_a_name(answer, name):
    assert NAMES.find(answer) == name


def test_candidates_of_no_type():
    assert [says_no_type(answer) for answer in ("none", "None.", "NOT_AN_ENTITY", "null", "person")] == [
        *[True] * 4,
        False,
    ]


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ({"job title": [], "Job_Title": []}, "'Job_Title' stands for two types"),
        ({"city": ["town"], "place": ["Town"]}, "'Town' stands for two types"),
        ({"city": [], "place": ["City"]}, "'City' stands for two types"),
        ({"None": []}, "what the model answers for what is of no type"),
        ({"?!": []}, "no letter or digit"),
    ],
)
def test_names_that_could_not_be_told_apart(names, reason):
    with pytest.raises(ValueError, match=reason):
        TypeNames(names)


@given(st.text(max_size=20), st.sampled_from(["lower", "upper", "title"]))
def test_a_name_in_another_case_is_the_same(name, case):
    try:
        names = TypeNames({name: []})
    except ValueError:
        return
    assert names.find(name) == name
    if name.isascii():
        assert names.find(getattr(name.replace("_", " "), case)()) in (
            name,
            None if _has_inner_capital(name) else name,
        )


def _has_inner_capital(name):
    return any(before.isalnum() and after.isupper() for before, after in pairwise(name))
