"""What is claimed of a table: it holds, it does not, or the samples are too few to tell."""

import numpy as np
import pytest

from nuner.trainers.experiments.results.claims import alike, flattens, gains_everywhere, gains_most_below, rises
from nuner.trainers.experiments.results.score_table import ScoreTable

NOISE = np.random.default_rng(0).normal(0, 0.5, (2, 2, 8))


def table(**rows):
    """Rows of means `(groups, ks)`, or of one for all, with the same noise; ks are 4 and 16."""
    scores = {}
    for row, means in rows.items():
        values = np.broadcast_to(np.asarray(means, dtype=float), (2, 2))[:, :, None] + NOISE
        noise = np.random.default_rng(len(scores)).normal(0, 0.3, values.shape)
        scores[row] = {
            group: {k: [list(values[i, j] + noise[i, j])] for j, k in enumerate((4, 16))}
            for i, group in enumerate(("movies", "genes"))
        }
    return ScoreTable("Encoders", "F1", scores, x={"a": 250, "b": 500, "c": 1000} if "c" in rows else {})


@pytest.mark.parametrize(
    ("new", "verdict"),
    [(40, "holds"), ([[40, 40], [40, 29]], "does not hold"), ([[40, 40], [40, 30]], "cannot be told")],
)
def test_a_gain_everywhere(new, verdict):
    assert gains_everywhere(table(base=30, new=new), "new", "base").verdict == verdict


@pytest.mark.parametrize(
    ("means", "verdict"),
    [((30, 33, 35), "holds"), ((30, 36, 33), "does not hold"), ((35, 33, 30), "does not hold"), ((30, 30, 30), None)],
)
def test_a_rise(means, verdict):
    claim = rises(table(a=means[0], b=means[1], c=means[2]), ["a", "b", "c"], "more is better")
    # Where nothing differs, one of twenty intervals leaves zero out.
    assert claim.verdict == (verdict or "cannot be told")
    if means == (30, 36, 33):
        assert "but down from b to c (-3." in str(claim) or "but down from b to c (-2." in str(claim)


@pytest.mark.parametrize(
    ("means", "verdict"), [((30, 35, 36), "holds"), ((30, 31, 36), "does not hold"), ((30, 33, 36), "cannot be told")]
)
def test_a_rise_that_flattens(means, verdict):
    claim = flattens(table(a=means[0], b=means[1], c=means[2]), ["a", "b", "c"], "it flattens")
    assert claim.verdict == verdict


@pytest.mark.parametrize(
    ("new", "verdict"),
    [([[36, 31], [36, 31]], "holds"), ([[31, 36], [31, 36]], "does not hold"), (33, "cannot be told")],
)
def test_a_gain_at_small_samples(new, verdict):
    assert gains_most_below(table(base=30, new=new), "new", "base", 10).verdict == verdict


def test_samples_on_both_sides_are_needed():
    with pytest.raises(ValueError, match="Encoders: there are no samples on one side of k = 2"):
        gains_most_below(table(base=30, new=31), "new", "base", 2)


@pytest.mark.parametrize(
    ("other", "verdict"), [(30.5, "holds"), (29.5, "holds"), (34, "does not hold"), (26, "does not hold")]
)
def test_rows_alike(other, verdict):
    claim = alike(table(a=30, b=other), "a", "b", within=2)
    assert claim.verdict == verdict
    assert claim.statement == "a and b differ by less than 2 points"


def test_what_may_lie_on_either_side_is_not_told():
    few = table(a=30, b=32)
    assert alike(few, "a", "b", within=2).verdict == "cannot be told"
    one = ScoreTable("Texts", "F1", {"a": {"tickets": {1: [[20.0]]}}, "b": {"tickets": {1: [[20.5]]}}})
    assert alike(one, "a", "b", within=2).verdict == "cannot be told"
