from hypothesis import given
from hypothesis import strategies as st

from nuner.trainers.pretraining.length_sampler import LengthGroupedSampler


@given(st.lists(st.integers(1, 99), min_size=1, max_size=400), st.integers(1, 9), st.integers(0, 3))
def test_every_text_once_and_the_small_batch_last(lengths, batch_size, epoch):
    sampler = LengthGroupedSampler(lengths, batch_size)
    sampler.set_epoch(epoch)
    order = list(sampler)
    assert sorted(order) == list(range(len(lengths)))
    assert list(sampler) == order


def padding(order, lengths, batch_size):
    batches = [[lengths[i] for i in order[s : s + batch_size]] for s in range(0, len(order), batch_size)]
    return sum(len(b) * max(b) - sum(b) for b in batches)


def test_little_padding_and_another_order_each_epoch():
    lengths = [(i * 37) % 101 + 1 for i in range(1000)]
    sampler = LengthGroupedSampler(lengths, 10, seed=1)
    first = list(sampler)
    assert padding(first, lengths, 10) < 0.1 * padding(range(1000), lengths, 10)
    sampler.set_epoch(1)
    assert list(sampler) != first
    sampler.set_epoch(0)
    assert list(sampler) == first
    assert list(LengthGroupedSampler(lengths, 10, seed=2)) != first
