"""Sampling a stream."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.hash_sample import HashSample


def sample_of(ids, size, seed=0):
    sample = HashSample(size, seed)
    for id in ids:
        sample.offer(id, id.upper())
    return sample.items()


IDS = [f"id{number}" for number in range(500)]


def test_a_sample_is_reproducible_nested_and_free_of_the_order():
    shuffled = random.Random(0).sample(IDS, len(IDS))
    assert sample_of(IDS, 50) == sample_of(shuffled, 50)
    assert sample_of(IDS, 20) == sample_of(IDS, 50)[:20]
    assert sample_of(IDS, 50) != sample_of(IDS, 50, seed=1)


def test_every_part_of_the_stream_is_drawn_alike():
    drawn = [0] * 5
    for seed in range(200):
        for id in sample_of(IDS, 10, seed):
            drawn[int(id[2:]) // 100] += 1
    assert all(320 < count < 480 for count in drawn)  # 400 each, give or take 4 standard deviations


@given(st.lists(st.text("abc", max_size=2)), st.integers(1, 8))
def test_each_id_is_drawn_once_and_all_when_there_are_few(ids, size):
    drawn = sample_of(ids, size)
    assert len(drawn) == len(set(drawn)) == min(size, len(set(ids)))
    assert set(drawn) <= {id.upper() for id in ids}


def test_an_empty_sample_is_refused():
    with pytest.raises(ValueError, match="size of the sample is 0"):
        HashSample(0, 0)
