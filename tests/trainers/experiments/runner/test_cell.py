import itertools
import json
from importlib.metadata import version

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.counting_cells import Counting, Doubling, FileToRead

from nuner.trainers import LenientBCELoss
from nuner.trainers.experiments.runner import cell as cell_module
from nuner.trainers.experiments.runner.code_version import code_version

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def test_each_field_changes_the_fingerprint_and_names_do_not():
    cells = [Counting(3), Counting(4), Doubling(Counting(3)), Doubling(Counting(4)), Doubling(Counting(3), 5)]
    assert len({cell.fingerprint for cell in cells}) == len(cells)
    assert Counting(3).fingerprint == Counting(3, pause=1.0, named="three").fingerprint
    assert Doubling(Counting(3, named="three")).fingerprint == Doubling(Counting(3)).fingerprint


def test_the_content_of_what_is_read_counts_and_its_name_does_not(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("Ada")
    other.write_text("Ada")
    before = Counting(3, read=FileToRead(str(one))).fingerprint
    assert Counting(3, read=FileToRead(str(other))).fingerprint == before
    one.write_text("Bob")
    assert Counting(3, read=FileToRead(str(one))).fingerprint != before


@pytest.mark.parametrize("package", ["torch", "transformers", "tokenizers", "datasets", "accelerate"])
def test_the_version_of_a_library_counts(package, monkeypatch):
    before = Counting(3).fingerprint
    monkeypatch.setattr(cell_module, "version", lambda name: "0" if name == package else version(name))
    cell_module._versions.cache_clear()
    after = Counting(3).fingerprint
    monkeypatch.undo()
    cell_module._versions.cache_clear()
    assert after != before == Counting(3).fingerprint


def test_the_code_counts(monkeypatch):
    before = Counting(3).fingerprint
    monkeypatch.setattr(cell_module, "code_version", lambda module: "another")
    assert Counting(3).fingerprint != before


def test_the_fields_and_the_code_of_an_object_count(monkeypatch):
    one, other = Counting(LenientBCELoss(0.7)), Counting(LenientBCELoss(0.8))
    assert one.fingerprint == Counting(LenientBCELoss(0.7)).fingerprint != other.fingerprint
    module = LenientBCELoss.__module__
    monkeypatch.setattr(cell_module, "code_version", lambda name: "x" if name == module else code_version(name))
    assert Counting(LenientBCELoss(0.7)).fingerprint != one.fingerprint


@given(VALUES, VALUES)
def test_values_have_one_fingerprint_if_and_only_if_they_are_the_same(one, other):
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (Counting(one).fingerprint == Counting(other).fingerprint) == same


@given(st.dictionaries(st.text(), st.integers(), max_size=4))
def test_the_order_of_keys_does_not_count(mapping):
    for keys in itertools.islice(itertools.permutations(mapping), 6):
        assert Counting({key: mapping[key] for key in keys}).fingerprint == Counting(mapping).fingerprint


def test_a_description_says_what_was_computed(tmp_path):
    file = FileToRead(str(tmp_path / "one"))
    assert Doubling(Counting(3, read=file, named="three")).describe() == {
        "kind": "doubling",
        "of": {"kind": "counting", "number": 3, "read": {"path": file.path}},
        "times": 2,
    }
