import evaluate
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from support.small_models import LABELS, save_small_model

from nuner.hub_cards import METRIC_FOLDER
from nuner.trainers.evaluation.entity_scores import entity_scores

TAGS = ["O", "B-city", "I-city", "B-company", "I-company", "B-day"]


@pytest.fixture(scope="module")
def metric():
    return evaluate.load(str(METRIC_FOLDER))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.tuples(st.sampled_from(TAGS), st.sampled_from(TAGS)), min_size=1), min_size=1, max_size=5))
def test_figures_equal_those_of_the_trainers(metric, sentences):
    gold = [[tag for tag, _ in pairs] for pairs in sentences]
    predicted = [[tag for _, tag in pairs] for pairs in sentences]
    assume(any(tag.startswith("B-") for tags in gold for tag in tags))
    assert metric.compute(predictions=predicted, references=gold) == pytest.approx(entity_scores(gold, predicted))


def test_it_works_in_combine(metric):
    both = evaluate.combine([metric, str(METRIC_FOLDER)])
    scores = both.compute(predictions=[["B-city", "O"]], references=[["B-city", "B-day"]])
    assert [scores[f"ner_f1_{i}_recall"] for i in range(2)] == [0.5, 0.5]


def test_it_works_in_an_evaluator(metric, tiny_bert_dir, tmp_path):
    from datasets import ClassLabel, Dataset, Features, List, Value

    folder = save_small_model("recognizer", tiny_bert_dir, tmp_path / "model")
    features = Features({"tokens": List(Value("string")), "ner_tags": List(ClassLabel(names=LABELS))})
    rows = {"tokens": [["acme", "in", "london"], ["paris"]], "ner_tags": [[3, 0, 1], [1]]}
    scores = evaluate.evaluator("token-classification").compute(
        model_or_pipeline=str(folder), data=Dataset.from_dict(rows, features=features), metric=metric
    )
    assert 0 <= scores["token_macro_f1"] <= 1 and "strict_f1" in scores


def test_bad_input_is_named(metric):
    with pytest.raises(ValueError, match="sentence 1 has 2 reference tags and 1 predicted ones"):
        metric.compute(predictions=[["O"], ["O"]], references=[["B-city"], ["O", "O"]])
    with pytest.raises(ValueError, match="no reference tag belongs to an entity"):
        metric.compute(predictions=[["B-city"]], references=[["O"]])
