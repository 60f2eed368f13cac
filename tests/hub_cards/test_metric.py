import evaluate
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from support.small_models import LABELS
from transformers import AutoTokenizer

from nuner import NuNerForTokenClassification, save_recognizer
from nuner.data_builders import to_iob2
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


PLAIN = ["O", "Office", "city", "B-cell", "x y"]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(st.tuples(st.sampled_from(PLAIN), st.sampled_from(PLAIN)), min_size=1), min_size=1, max_size=5)
)
def test_plain_types_count_as_in_iob2(metric, sentences):
    gold, predicted = ([["city", *(pair[side] for pair in pairs)] for pairs in sentences] for side in (0, 1))
    gold_iob2, predicted_iob2 = ([to_iob2(tags, "plain") for tags in side] for side in (gold, predicted))
    expected = pytest.approx(entity_scores(gold_iob2, predicted_iob2))
    assert metric.compute(predictions=predicted, references=gold) == expected
    assert metric.compute(predictions=predicted, references=gold_iob2) == expected


def test_a_type_that_begins_like_a_prefix(metric):
    for tag in ("Office", "O-ring", "Bank", "I", "B-cell"):
        tags = [[tag, "O", "city"]]
        assert metric.compute(predictions=tags, references=tags)["f1"] == 1, tag


def test_a_plain_type_with_a_prefix_alone_in_the_predictions(metric):
    assert metric.compute(predictions=[["B-cell", "O"]], references=[["B-cell", "city"]])["precision"] == 1


def test_bioes_tags(metric):
    bioes, iob2 = [["B-city", "I-city", "E-city", "S-city"]], [["B-city", "I-city", "I-city", "B-city"]]
    assert set(metric.compute(predictions=bioes, references=iob2).values()) == {1.0}


def test_it_works_in_combine(metric):
    both = evaluate.combine([metric, str(METRIC_FOLDER)])
    scores = both.compute(predictions=[["B-city", "O"]], references=[["B-city", "B-day"]])
    assert [scores[f"ner_f1_{i}_recall"] for i in range(2)] == [0.5, 0.5]


@pytest.mark.parametrize("labels", [LABELS, ["O", "city", "company"]])
def test_it_works_in_an_evaluator(metric, tiny_bert_dir, tmp_path, labels):
    from datasets import ClassLabel, Dataset, Features, List, Value

    folder = tmp_path / "model"
    recognizer = NuNerForTokenClassification.from_encoder(tiny_bert_dir, labels)
    save_recognizer(recognizer, AutoTokenizer.from_pretrained(tiny_bert_dir), folder)
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
