import json
import math
from statistics import fmean, stdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.trainers.experiments.results.score_table import ScoreTable

_GROUPS, _KS, _SAMPLES = ("movies", "genes"), (1, 16), 3


def _table(scores, **options):
    return ScoreTable("Encoders", "F1, in percent", scores, **options)


def _cells(runs):
    score = st.floats(0, 100)
    cell = st.lists(st.lists(score, min_size=_SAMPLES, max_size=_SAMPLES), min_size=runs, max_size=runs)
    return st.fixed_dictionaries({group: st.fixed_dictionaries(dict.fromkeys(_KS, cell)) for group in _GROUPS})


_TABLES = st.builds(
    lambda base, nuner, lacking: _table(
        {
            "base": base,
            "NuNER": {
                group: {k: cell for k, cell in cells.items() if (group, k) not in lacking}
                for group, cells in nuner.items()
            },
        },
        references={"NuNER": "base"},
        x={"base": 4, "NuNER": 16.5},
        series={"NuNER": "equal steps"},
        notes=("of what was left out",),
    ),
    _cells(runs=1),
    _cells(runs=2),
    st.sets(st.sampled_from([(group, k) for group in _GROUPS for k in _KS]), max_size=3),
)


@given(_TABLES)
def test_a_table_comes_back_from_json(table):
    written = table.to_dict()
    assert ScoreTable.from_dict(json.loads(json.dumps(written))) == table
    # As earlier versions wrote it.
    assert ScoreTable.from_dict({key: written[key] for key in written.keys() - {"samples_are", "runs_are"}}) == table


@given(_TABLES)
def test_means_are_over_what_all_rows_have(table):
    common = [(group, k) for group in _GROUPS for k in _KS if k in table.scores["NuNER"][group]]
    assert set(table.left_out) == {(group, k) for group in _GROUPS for k in _KS} - set(common)
    for row in table.rows:
        every = [score for group, k in common for run in table.scores[row][group][k] for score in run]
        assert table.mean(row) == pytest.approx(fmean(every))
    for group in _GROUPS:
        gains = [table.gain("NuNER", group, k) for k in _KS if (group, k) in common]
        assert table.gain("NuNER", group) == pytest.approx(fmean(gains) if gains else math.nan, nan_ok=True)


def test_means_and_deviations_of_runs_and_samples():
    table = _table(
        {"NuNER": {"movies": {1: [[30, 40, 50], [32, 46, 54]]}, "genes": {1: [[10, 20, 30], [12, 14, 16]]}}}
    )
    assert table.mean("NuNER", "movies", 1) == 42
    assert table.mean("NuNER", k=1) == table.mean("NuNER") == 29.5
    assert table.standard_deviation("NuNER", "movies", 1) == stdev([31, 43, 52])
    assert table.standard_deviation("NuNER") == stdev([21, 30, 37.5])
    assert table.standard_deviation_of_runs("NuNER", "movies", 1) == stdev([40, 44])
    assert (table.rows, table.groups, table.ks, table.samples) == (["NuNER"], ["movies", "genes"], [1], 3)


def test_one_run_of_the_reference_is_compared_with_each_run_of_the_row():
    table = _table(
        {"base": {"movies": {1: [[10, 20]]}}, "NuNER": {"movies": {1: [[11, 22], [13, 24]]}}},
        references={"NuNER": "base"},
    )
    np.testing.assert_array_equal(table.gains("NuNER", "movies", 1), [[[1, 2]], [[3, 4]]])


def test_a_cell_that_a_row_lacks_has_no_mean_and_that_of_another_row_is_kept():
    table = _table(
        {"base": {"movies": {1: [[10]], 64: [[50]]}}, "NuNER": {"movies": {1: [[20]]}}}, references={"NuNER": "base"}
    )
    assert table.left_out == [("movies", 64)]
    assert table.mean("base", "movies", 64) == 50
    assert math.isnan(table.mean("NuNER", "movies", 64))
    assert math.isnan(table.gain("NuNER", "movies", 64))
    assert table.mean("base", "movies") == table.mean("base") == 10


def test_groups_in_another_order_are_compared_with_their_own():
    table = _table(
        {
            "base": {"movies": {1: [[10]]}, "genes": {1: [[50]]}},
            "NuNER": {"genes": {1: [[51]]}, "movies": {1: [[11]]}},
        },
        references={"NuNER": "base"},
    )
    assert table.gains("NuNER").ravel().tolist() == [1, 1]


@pytest.mark.parametrize(
    ("scores", "options", "message"),
    [
        ({}, {}, "the same number of samples, not \\[\\]"),
        ({"a": {"movies": {1: [[]]}}}, {}, "the same number of samples, not \\[0\\]"),
        ({"a": {"movies": {1: [[1, 2]], 4: [[1]]}}}, {}, "the same number of samples, not \\[1, 2\\]"),
        ({"a": {"movies": {1: [[1]], 4: [[1], [2]]}}}, {}, "'a' must have the same number of runs everywhere"),
        ({"a": {"movies": {1: [[1]]}}, "b": {}}, {}, "'b' must have the same number of runs everywhere, not \\[\\]"),
        ({"a": {"movies": {1: [[math.nan]]}}}, {}, "'a' has a score on 'movies' at k=1 that is no number"),
        ({"a": {"movies": {1: [[1]]}}}, {"references": {"a": "b"}}, "references names 'b', but the rows are 'a'"),
        ({"a": {"movies": {1: [[1]]}}}, {"x": {"b": 1}}, "x names 'b'"),
        ({"a": {"movies": {1: [[1]]}}}, {"x": {"a": 0}}, "every x must be above 0"),
        (
            {"a": {"movies": {1: [[1]] * 2}}, "b": {"movies": {1: [[1]] * 3}}},
            {"references": {"a": "b"}},
            "'a' and its reference 'b' have 2 and 3 runs",
        ),
    ],
)
def test_what_is_no_table_is_refused(scores, options, message):
    with pytest.raises(ValueError, match=f"Encoders: .*{message}"):
        _table(scores, **options)


def test_a_dictionary_of_something_else_is_refused():
    with pytest.raises(ValueError, match=r"a score table has the entries title, metric, scores, .*, not name"):
        ScoreTable.from_dict({"name": "x"})
