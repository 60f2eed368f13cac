"""F1 as a mean over groups of episodes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.trainers.episodes.episode_groups import f1_of_groups
from nuner.trainers.episodes.evaluation import SpanCounts

_NUMBERS = st.integers(0, 20)
_COUNTS = st.builds(
    lambda correct, missed, wrong: SpanCounts(correct + missed, correct + wrong, correct), _NUMBERS, _NUMBERS, _NUMBERS
)


def f1_of(episodes: list[SpanCounts]) -> float:
    return SpanCounts(*map(sum, zip(*episodes, strict=True))).f1


@given(st.lists(_COUNTS, min_size=1, max_size=30).filter(lambda some: any(map(any, some))), st.data())
def test_the_mean_is_f1_over_all_episodes(episodes: list[SpanCounts], data: st.DataObject) -> None:
    groups = data.draw(st.integers(1, len(episodes)))
    found = f1_of_groups(episodes, groups)
    assert len(found) == groups
    assert sum(found) / groups == pytest.approx(f1_of(episodes))


def test_the_spread_is_that_of_f1_over_episodes_drawn_anew() -> None:
    generator = np.random.default_rng(0)
    correct = generator.binomial(10, generator.beta(4, 4, size=200))
    predicted = generator.integers(10, 15, 200)
    episodes = [SpanCounts(10, *map(int, pair)) for pair in zip(predicted, correct, strict=True)]
    drawn = [f1_of([episodes[place] for place in generator.integers(0, 200, 200)]) for _ in range(2000)]
    of_groups = f1_of_groups(episodes, 200)
    assert np.std(of_groups, ddof=1) / 200**0.5 == pytest.approx(np.std(drawn), rel=0.06)


@pytest.mark.parametrize("groups", [0, 3])
def test_there_are_as_many_groups_as_episodes_at_most(groups: int) -> None:
    with pytest.raises(ValueError, match=f"2 episodes cannot be split into {groups} groups"):
        f1_of_groups([SpanCounts(1, 1, 1)] * 2, groups)


def test_without_entities_there_is_no_f1() -> None:
    with pytest.raises(ValueError, match="F1 is not defined"):
        f1_of_groups([SpanCounts(0, 0, 0)] * 2, 2)
