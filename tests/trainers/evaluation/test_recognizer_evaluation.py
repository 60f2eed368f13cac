import json

import pytest
from support.evaluated_sentences import SENTENCES, labelled

from nuner import EntityRecognizer, evaluate_recognizer
from nuner.trainers.evaluation.entity_errors import ERROR_KINDS


def test_scores_and_errors_fit_together(evaluation):
    errors = evaluation.errors()
    gold = sum(counts[kind] for counts in errors.values() for kind in counts if kind != "spurious")
    assert gold == 4 == sum(of_type["support"] for of_type in evaluation.types.values())
    assert errors["drug"]["correct"] == 0 and evaluation.unknown_types == ["drug"]
    correct = sum(counts["correct"] for counts in errors.values())
    assert evaluation.scores["recall"] == pytest.approx(correct / gold)
    assert sum(count for _, _, count in evaluation.confusions()) == sum(
        counts["wrong type"] + counts["wrong type and boundary"] for counts in errors.values()
    )


def test_a_recognizer_measured_on_what_it_finds_is_perfect(model):
    recognizer = EntityRecognizer.from_pretrained(model)
    texts = ["london visited paris", "acme works in berlin and paid"]
    tagged = []
    for text in texts:
        words, tags, place = text.split(" "), [], 0
        for word in words:
            inside = [e for e in recognizer(text) if e["start"] <= place < e["end"]]
            tags.append(("B-" if inside[0]["start"] == place else "I-") + inside[0]["label"] if inside else "O")
            place += len(word) + 1
        tagged.append((words, tags))
    evaluation = evaluate_recognizer(recognizer, labelled(tagged))
    assert evaluation.scores["f1"] == evaluation.scores["strict_f1"] == evaluation.scores["token_macro_f1"] == 1.0
    assert all(counts[kind] == 0 for counts in evaluation.errors().values() for kind in ERROR_KINDS)


def test_the_json_holds_the_figures(evaluation, tmp_path):
    evaluation.to_json(tmp_path / "figures.json")
    figures = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert figures["scores"]["f1"] == evaluation.scores["f1"]
    assert figures["measured_on"] == {**evaluation.measured_on} and figures["measured_on"]["sentences"] == 3


def test_what_cannot_be_measured_is_told(model):
    with pytest.raises(ValueError, match="no type in common: it finds city, person, and the data set has drug"):
        evaluate_recognizer(model, labelled([(["aspirin"], ["B-drug"])]))
    nothing = labelled(SENTENCES).select([2])
    with pytest.raises(ValueError, match="no word of the data set is labelled"):
        evaluate_recognizer(model, nothing)
