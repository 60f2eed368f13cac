"""Probabilities from logits, and their best threshold."""

from __future__ import annotations

import numpy as np
import pytest

from nuner.trainers.pretraining.platt_scaling import best_threshold, fit_platt_scaling


def test_it_finds_scale_and_bias_that_made_the_labels() -> None:
    random = np.random.default_rng(0)
    logits = random.normal(-4, 3, 200_000)
    agrees = random.random(len(logits)) < 1 / (1 + np.exp(-(0.6 * logits + 0.8)))
    assert fit_platt_scaling(logits, agrees) == pytest.approx((0.6, 0.8), abs=0.03)


def test_scale_stays_positive_and_finite_whatever_the_scores() -> None:
    logits = np.array([-3.0, -2.0, 2.0, 3.0])
    for agrees in (logits > 0, logits < 0):
        scale, bias = fit_platt_scaling(logits, agrees)
        assert 0 < scale < 100 and np.isfinite(bias)


def test_threshold_is_that_of_the_best_f1() -> None:
    logits, agrees = np.array([3.0, 2.0, 2.0, 1.0, 0.0]), np.array([True, True, False, True, False])
    best, f1 = best_threshold(logits, agrees)
    candidates = {t: 2 * (agrees & (logits >= t)).sum() / ((logits >= t).sum() + agrees.sum()) for t in logits}
    assert (best, f1) == (1.0, pytest.approx(max(candidates.values())))
