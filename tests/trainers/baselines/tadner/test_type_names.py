import pytest

from nuner.modeling_nuner.recognition.labels.named_types import NamedTypesError
from nuner.trainers.baselines.tadner.type_names import type_names


def test_names_are_read_as_words():
    types = ["organization-government/governmentagency", "cell_line", "DNA", "other-educationaldegree"]
    descriptions = {"other-educationaldegree": "educational degree", "unknown": "is not asked for"}
    assert type_names(types, descriptions) == {
        "organization-government/governmentagency": ["organization", "government", "governmentagency"],
        "cell_line": ["cell", "line"],
        "DNA": ["dna"],
        "other-educationaldegree": ["educational", "degree"],
    }


def test_a_name_of_dividers_stays():
    assert type_names(["-", "/x/"]) == {"-": ["-"], "/x/": ["x"]}


@pytest.mark.parametrize("types", [["city", "city"], [" "]])
def test_types_that_cannot_be_told_apart_or_named_are_refused(types):
    with pytest.raises(NamedTypesError):
        type_names(types)


def test_a_blank_description_is_refused():
    with pytest.raises(NamedTypesError, match="blank"):
        type_names(["city"], {"city": " "})
