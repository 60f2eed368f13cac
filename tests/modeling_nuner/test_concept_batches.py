from hypothesis import given
from hypothesis import strategies as st

from nuner.modeling_nuner.concept_batches import group_by_length


@given(st.lists(st.integers(1, 12), min_size=1, max_size=40), st.integers(0, 50))
def test_every_sequence_is_in_one_group_and_fits(lengths, cost):
    groups = group_by_length(lengths, cost)
    assert sorted(i for rows, _ in groups for i in rows) == list(range(len(lengths)))
    for rows, longest in groups:
        assert max(lengths[i] for i in rows) == longest


@given(st.lists(st.integers(1, 12), min_size=1, max_size=40), st.integers(0, 50))
def test_no_dearer_than_one_group_or_one_for_each_length(lengths, cost):
    def price(groups):
        return sum(len(rows) * longest + cost for rows, longest in groups)

    ours = price(group_by_length(lengths, cost))
    assert ours <= len(lengths) * max(lengths) + cost
    assert ours <= sum(lengths) + cost * len(set(lengths))


def test_a_high_cost_keeps_one_group():
    assert group_by_length([2, 9, 3], pass_cost=1000) == [([0, 2, 1], 9)]
