import io
import json

import pytest
from rich.console import Console

from nuner.trainers.few_shot.result import FewShotResult


def test_the_figures_of_a_result():
    scores = {
        "base": {"a": {1: [10.0, 20.0], 2: [30.0, 30.0]}, "b": {1: [50.0, 50.0], 2: [70.0, 70.0]}},
        "new": {"a": {1: [20.0, 20.0], 2: [40.0, 50.0]}, "b": {1: [60.0, 60.0], 2: [70.0, 70.0]}},
    }
    result = FewShotResult(scores, {})
    assert result.mean("base", "a", 1) == 15.0
    assert result.standard_deviation("base", "a", 1) == pytest.approx(50**0.5)
    assert result.of("base", "average", 1) == [30.0, 35.0]
    assert result.gain("new", "a", 1) == 5.0
    assert result.gain("new", "a") == 10.0
    assert result.gain("new") == 7.5  # points: 5 and 15 on a, 10 and 0 on b
    one_seed = FewShotResult({"base": {"a": {1: [10.0]}}}, {})
    assert one_seed.standard_deviation("base", "a", 1) == 0.0


def test_the_json_says_what_was_measured(result, tmp_path):
    result.to_json(tmp_path / "new" / "few_shot.json")
    written = json.loads((tmp_path / "new" / "few_shot.json").read_text())
    measured = written["measured"]
    assert measured["data_sets"]["one"]["test_sentences"] == 25
    assert measured["data_sets"]["one"]["test_sentences_available"] == 30
    assert measured["data_sets"]["two"]["test_sentences"] == 20
    assert measured["data_sets"]["one"]["types"] == ["person", "place"]
    assert (measured["ks"], measured["seeds"]) == ([1, 4], [0, 1, 2])
    assert measured["head"]["l2"] > 0 and "torch" in measured["versions"]
    assert measured["words_left_out"]["tiny"]["one"] == {"truncated": 0, "without_sub_word": 0}
    cell = written["results"]["tiny"]["average"]["4"]
    assert len(cell["scores"]) == 3
    assert cell["mean"] == pytest.approx(sum(cell["scores"]) / 3)
    assert written["gains_over_first"]["tiny"]["average"]["mean"] == pytest.approx(result.gain("tiny"))


def test_the_table_shows_every_mean_and_gain(result):
    output = io.StringIO()
    Console(width=140, file=output).print(result.table())
    text = output.getvalue()
    for data_set in ("one", "two", "average"):
        for k in result.ks:
            mean, spread = result.mean("tiny", data_set, k), result.standard_deviation("tiny", data_set, k)
            assert f"{mean:.1f} ±{spread:.1f}" in text
            assert f"{result.gain('tiny', data_set, k):+.1f}" in text
    assert "one test (25 sentences), two test (20 sentences)" in " ".join(text.split())


def test_the_table_fits_80_columns_with_its_names():
    ks = (1, 2, 4, 8, 16, 32, 64)
    names = ["all-MiniLM-L6-v2", "my-encoder-with-a-name", "all-MiniLM-L6-v2 + names"]
    settings = {"seeds": [0, 1], "data_sets": {"tickets": {"test_split": "test", "test_sentences": 200}}}
    result = FewShotResult({name: {"tickets": {k: [20.0, 31.5] for k in ks}} for name in names}, settings)
    output = io.StringIO()
    Console(width=80, file=output).print(result.table())
    lines = output.getvalue().splitlines()
    first_column = "".join(line.split("  ")[0] for line in lines).replace(" ", "")
    assert max(map(len, lines)) <= 80
    for name in names:
        assert name.replace(" ", "") in first_column
    assert "\u2026" not in output.getvalue()
