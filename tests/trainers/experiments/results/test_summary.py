import json
import math

import pytest
from support.score_tables import NOT_TOLD, score_table

from nuner.trainers.experiments.results.score_table import ScoreTable
from nuner.trainers.experiments.results.significance import Difference
from nuner.trainers.experiments.results.summary import Summary


def test_it_has_the_figures_of_the_table_in_all_places():
    table = score_table(lacking=(("genes", 16),))
    summary = Summary.of(table)
    places = [(group, k) for group in ("movies", "genes", None) for k in (1, 16, None)]
    assert set(summary.figures) == {(row, *place) for row in table.rows for place in places}
    for (row, group, k), figures in summary.figures.items():
        assert figures.mean == pytest.approx(table.mean(row, group, k), nan_ok=True)
        assert figures.standard_deviation == pytest.approx(table.standard_deviation(row, group, k), nan_ok=True)
        if row == "base":
            assert figures.gain is None
        else:
            assert figures.gain is not None
            assert figures.gain.mean == pytest.approx(table.gain(row, group, k), nan_ok=True)


def test_gains_are_told_from_zero_where_they_are_there():
    summary = Summary.of(score_table())
    for group in ("movies", "genes", None):
        for k in (1, 16, None):
            real, none = summary.at("NuNER", group, k).gain, summary.at(NOT_TOLD, group, k).gain
            assert real is not None and real.told_from_zero
            assert none is not None and not none.told_from_zero


def test_the_interval_of_a_mean_is_that_of_its_cells():
    table = score_table(runs=3, lacking=(("genes", 1),))
    summary = Summary.of(table)
    gain = summary.at("NuNER").gain
    expected = Difference.of(table.gains("NuNER"))
    assert gain is not None and gain.interval is not None and expected.interval is not None
    assert gain.interval == pytest.approx(expected.interval, abs=0.1)
    assert expected.interval[1] - expected.interval[0] < 3


def test_a_row_that_shares_nothing_with_its_reference_has_no_gain():
    scores = {"base": {"movies": {1: [[1.0, 2.0]]}}, "NuNER": {"genes": {1: [[1.0, 2.0]]}}}
    summary = Summary.of(ScoreTable("Encoders", "F1", scores, references={"NuNER": "base"}))
    for (row, _, _), figures in summary.figures.items():
        if row == "NuNER":
            assert figures.gain is not None and math.isnan(figures.gain.mean) and not figures.gain.told_from_zero


def test_as_json_it_has_scores_and_a_record_for_each_place():
    table = score_table(lacking=(("genes", 16),), runs=1)
    read = json.loads(json.dumps(Summary.of(table).to_dict(), allow_nan=False))
    assert ScoreTable.from_dict(read["table"]) == table
    (record,) = (one for one in read["figures"] if (one["row"], one["group"], one["k"]) == ("NuNER", None, None))
    assert record["mean"] == table.mean("NuNER")
    assert record["interval"][0] < record["gain"] < record["interval"][1]
    assert record["told_from_zero"] is True
    assert record["standard_deviation_of_runs"] is None
    (missing,) = (one for one in read["figures"] if (one["row"], one["group"], one["k"]) == ("NuNER", "genes", 16))
    assert (missing["mean"], missing["gain"], missing["interval"]) == (None, None, None)
