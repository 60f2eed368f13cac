import math

import numpy as np
import pytest
from scipy import stats

from nuner.trainers.experiments.results.significance import Difference, paired_bootstrap

_RNG = np.random.default_rng(7)


def test_of_many_samples_the_interval_is_that_of_scipy():
    differences = _RNG.gamma(2, size=(1, 1, 300))
    expected = stats.bootstrap(
        (differences.ravel(),), np.mean, n_resamples=10_000, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    assert Difference.of(differences).interval == pytest.approx((expected.low, expected.high), abs=0.01)


@pytest.mark.parametrize("samples", [3, 10])
def test_the_spread_over_samples_is_the_standard_error_of_the_mean(samples):
    cells = _RNG.normal(size=(1, 4, samples)) * [[[1], [2], [3], [4]]]
    draws = paired_bootstrap(cells)
    standard_errors = cells[0].std(axis=1, ddof=1) / np.sqrt(samples)
    np.testing.assert_allclose(draws.std(axis=0), standard_errors, rtol=0.03)
    # Samples of one cell have nothing to do with those of another.
    np.testing.assert_allclose(draws.mean(axis=1).std(), np.sqrt((standard_errors**2).sum()) / 4, rtol=0.03)


def test_the_spread_over_runs_is_common_to_all_cells():
    of_runs = np.array([1.0, 4.0, 5.0, 9.0])
    draws = paired_bootstrap(np.broadcast_to(of_runs[:, None, None], (4, 3, 5)))
    np.testing.assert_allclose(draws, draws[:, :1].repeat(3, axis=1))
    np.testing.assert_allclose(draws.mean(axis=1).std(), of_runs.std(ddof=1) / 2, rtol=0.03)


def test_it_is_paired_what_samples_have_in_common_does_not_count():
    base = _RNG.normal(size=10) * 20
    better = base + 1 + _RNG.normal(size=10) * 0.1
    assert Difference.of((better - base)[None, None]).told_from_zero
    assert not Difference.of((better - np.roll(base, 1))[None, None]).told_from_zero


@pytest.mark.parametrize(("cells", "runs"), [(1, 1), (3, 1), (2, 6)])
def test_the_interval_holds_the_true_difference_about_as_often_as_it_says(cells, runs):
    rng = np.random.default_rng(3)
    held = []
    for _ in range(80):
        of_runs = rng.normal(size=(runs, 1, 1)) if runs > 1 else 0
        interval = Difference.of(2 + of_runs + rng.normal(size=(1, cells, 10))).interval
        held.append(interval is not None and interval[0] <= 2 <= interval[1])
    assert 0.85 <= np.mean(held) <= 0.99


def test_a_seed_gives_the_same_draws():
    differences = _RNG.normal(size=(2, 3, 4))
    np.testing.assert_array_equal(paired_bootstrap(differences, seed=1), paired_bootstrap(differences, seed=1))
    assert not np.array_equal(paired_bootstrap(differences, seed=1), paired_bootstrap(differences, seed=2))


def test_one_sample_tells_nothing():
    difference = Difference.of(np.full((3, 2, 1), 5.0))
    assert (difference.mean, difference.interval, difference.told_from_zero) == (5.0, None, False)


def test_no_difference_is_not_told_from_zero():
    assert not Difference.of(np.zeros((1, 2, 10))).told_from_zero
    nothing = Difference.of(np.empty((1, 0, 10)))
    assert math.isnan(nothing.mean)
    assert not nothing.told_from_zero
