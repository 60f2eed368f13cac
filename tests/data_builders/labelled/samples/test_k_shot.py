import random
from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nuner.data_builders.labelled.load import load_labelled
from nuner.data_builders.labelled.samples.k_shot import annotation_counts, sample_k_shot

_SENTENCES = st.lists(st.dictionaries(st.sampled_from("abcd"), st.integers(1, 4), max_size=3), min_size=1, max_size=60)


def _drawn(examples, rows):
    total = Counter()
    for row in rows:
        total.update(examples[row])
    return total


@given(_SENTENCES, st.integers(1, 6), st.integers(0, 5))
def test_each_type_has_between_k_and_2k_annotations(examples, k, seed):
    types = {name for counts in examples for name in counts}
    try:
        rows = sample_k_shot(examples, k, seed)
    except ValueError:
        assume(False)
        raise
    total = _drawn(examples, rows)
    assert rows == sorted(set(rows))
    assert set(total) == types
    assert all(k <= total[name] <= 2 * k for name in types)


@given(_SENTENCES, st.integers(0, 3))
def test_the_largest_possible_k_named_in_the_error_can_be_drawn(examples, seed):
    assume(any(examples))
    with pytest.raises(ValueError, match="is too large: there are") as caught:
        sample_k_shot(examples, 300, seed)
    if "no k can be drawn" in str(caught.value):
        return
    largest = int(str(caught.value).rsplit(" ", 1)[1])
    rows = sample_k_shot(examples, largest, seed)
    assert min(_drawn(examples, rows).values()) >= largest


@pytest.mark.parametrize("k", [1, 4, 16, 64])
def test_rare_types_beside_a_frequent_one_are_always_reached(k):
    rng = random.Random(0)
    examples = [{"frequent": rng.randint(1, 2)} for _ in range(2000)]
    examples += [{"frequent": 1, f"rare{i}": 1} for i in range(2) for _ in range(64)]
    rng.shuffle(examples)
    for seed in range(10):
        total = _drawn(examples, sample_k_shot(examples, k, seed))
        assert all(k <= total[name] <= 2 * k for name in ("frequent", "rare0", "rare1"))


def test_samples_are_fixed_for_all_time_and_differ_between_seeds():
    counts = annotation_counts(load_labelled("support-tickets", "train"))
    assert sample_k_shot(counts, 1, seed=0) == FIXED
    assert sample_k_shot(counts, 1, seed=1) != FIXED


FIXED = [200, 377]


def test_the_error_names_the_type_its_number_and_the_largest_k():
    examples = [{"a": 1}] * 9 + [{"b": 1}] * 3
    with pytest.raises(ValueError) as caught:
        sample_k_shot(examples, 4, 0)
    assert str(caught.value) == (
        "k = 4 is too large: there are 3 annotations of type 'b'; the largest possible k is 3"
    )


def test_a_type_without_any_annotation_is_named():
    with pytest.raises(ValueError, match="0 annotations of type 'b'; no k can be drawn"):
        sample_k_shot([{"a": 1}], 1, 0, types=["a", "b"])


def test_a_k_that_other_types_prevent_is_explained():
    with pytest.raises(ValueError, match="cannot all be drawn without exceeding 2 of another type"):
        sample_k_shot([{"a": 1, "b": 5}], 1, 0)


def test_k_below_one_and_empty_data_are_refused():
    with pytest.raises(ValueError, match="at least 1, not 0"):
        sample_k_shot([{"a": 1}], 0, 0)
    with pytest.raises(ValueError, match="no annotation to sample from"):
        sample_k_shot([{}, {}], 1, 0)
