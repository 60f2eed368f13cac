import pytest

from nuner.trainers.evaluation.entity_scores import entity_scores


def test_type_and_both_ends_must_be_right():
    gold = [["B-city", "I-city", "O", "B-drug"], ["B-drug", "O"]]
    predicted = [["B-city", "O", "O", "B-drug"], ["B-city", "O"]]
    scores = entity_scores(gold, predicted)
    assert scores["precision"] == pytest.approx(1 / 3)
    assert scores["recall"] == pytest.approx(1 / 3)
    assert scores["f1"] == pytest.approx(1 / 3)
    # city: 0 of 2 found; drug: 1 of 1 found, 1 of 2 known
    assert scores["macro_f1"] == pytest.approx((0 + 2 / 3) / 2)


def test_an_entity_that_does_not_begin_counts_in_default_mode_only():
    scores = entity_scores([["B-city", "O"]], [["I-city", "O"]])
    assert scores["f1"] == scores["token_macro_f1"] == 1.0
    assert scores["strict_f1"] == 0.0


def test_tokens_are_scored_without_b_and_i():
    scores = entity_scores([["B-city", "I-city", "B-drug", "O"]], [["B-city", "B-city", "O", "O"]])
    assert scores["token_macro_f1"] == pytest.approx((1 + 0) / 2)


@pytest.mark.parametrize(
    ("gold", "predicted"),
    [([["O"]], [["B-city"]]), ([["O"]], [["O"]]), ([[]], [[]]), ([], []), ([["O", "O"], []], [["O", "O"], []])],
)
def test_no_entity_to_be_found(gold, predicted):
    with pytest.raises(ValueError, match="F1 is not defined"):
        entity_scores(gold, predicted)


def test_nothing_found():
    assert entity_scores([["B-city"]], [["O"]])["f1"] == 0.0
