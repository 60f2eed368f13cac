import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.labelled.tag_spelling import spell_tags
from nuner.modeling_nuner.recognition.labels.label_table import LabelTable, parse_labels

_TYPES = st.lists(st.sampled_from(["PER", "LOC", "work-of-art", "job_title"]), min_size=1, unique=True)
_SPELLINGS = st.sampled_from(
    [
        lambda mark, name: f"{mark}-{name}",
        lambda mark, name: f"{mark}_{name}",
        lambda mark, name: f"{mark}.{name}",
        lambda mark, name: f"{mark.lower()}-{name}",
        lambda mark, name: f"{name}-{mark}",
        lambda mark, name: f"{name}_{mark.lower()}",
    ]
)


@given(_TYPES, _SPELLINGS, st.sampled_from(["O", "o", "NONE", "0"]), st.sampled_from(["BI", "BIES", "BILU", "BMES"]))
def test_labels_in_every_spelling_as_in_data_sets(types, spell, outside, marks):
    names = [outside, *(spell(mark, name) for name in types for mark in marks)]
    wanted = [("I", None), *((mark, name) for name in types for mark in marks)]
    assert parse_labels(names) == wanted
    spelling = spell_tags(names).spelling
    assert [spelling[name] for name in names] == ["O" if name is None else f"{mark}-{name}" for mark, name in wanted]


@pytest.mark.parametrize("odd", ["[PAD]", "X", "[CLS]", "<pad>", "PAD"])
def test_a_label_of_no_word_does_not_switch_the_scheme(odd):
    table = LabelTable(["O", "B-PER", "I-PER", odd])
    assert table.types == ["PER"]
    assert table.type_of.tolist() == [-1, 0, 0, -1]


def test_an_odd_label_is_a_type_of_its_own():
    assert parse_labels(["O", "I-PER", "I-LOC", "MISC"])[-1] == ("I", "MISC")
    assert parse_labels(["O", "B-PER", "I-PER", "DNA", "RNA", "protein"])[1] == ("B", "PER")


@pytest.mark.parametrize(
    "names", [["B-cell", "protein", "DNA"], ["s_date", "e_date"], ["hepatitis-B"], ["X", "Y"], ["e-mail", "url"]]
)
def test_plain_types_stay_as_they_are(names):
    assert parse_labels(["O", *names]) == [("I", None), *(("I", name) for name in names)]
