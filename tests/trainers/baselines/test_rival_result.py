"""The figures of a rival."""

from __future__ import annotations

from nuner.trainers.baselines.rival_result import RivalResult


def test_time_is_told_by_1000_sentences() -> None:
    result = RivalResult([["O"]] * 50, seconds_to_learn=9.0, seconds_to_find=2.0)
    assert result.seconds_per_1000_sentences == 40.0
