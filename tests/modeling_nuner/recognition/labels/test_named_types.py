"""Types and thresholds that callers name, for recognizers of every backend."""

from __future__ import annotations

import pytest
from support.tiny_bi_encoder import save_tiny_bi_encoder
from support.tiny_recognizer import LABELS, places, save_tiny_recognizer

from nuner import EntityRecognizer, ZeroShotRecognizer, export_recognizer
from nuner.modeling_nuner.recognition.labels.named_types import NamedTypesError

TEXTS = ["paris and london visited the berlin order", "", "acme works paid 42 to a b", "the a of monday london " * 30]
BACKENDS = [("torch", None), ("onnx", None), ("onnx", "int8"), ("openvino", None), ("openvino", "int8")]


@pytest.fixture(scope="module")
def folder(tiny_bert_dir, tmp_path_factory):
    return save_tiny_recognizer(tiny_bert_dir, tmp_path_factory.mktemp("recognizer"))


@pytest.fixture(scope="module")
def exported(folder, tmp_path_factory):
    output = tmp_path_factory.mktemp("exported")
    for file_format in ("onnx", "openvino"):
        export_recognizer(folder, output, TEXTS, file_format=file_format, int8=True)
    return output


@pytest.mark.parametrize(("backend", "dtype"), BACKENDS)
def test_a_threshold_and_types_choose_among_the_entities(folder, exported, backend, dtype):
    where = folder if backend == "torch" else exported
    everything = EntityRecognizer.from_pretrained(where, backend, dtype)
    found = everything(TEXTS)
    middle = sorted(entity["score"] for row in found for entity in row)[len(found[3]) // 2]
    sure = [[entity for entity in row if entity["score"] >= middle] for row in found]
    assert 0 < sum(map(len, sure)) < sum(map(len, found))
    cities = [[entity for entity in row if entity["label"] == "city"] for row in sure]
    assert any(cities) and cities != sure

    assert EntityRecognizer.from_pretrained(where, backend, dtype, threshold=middle)(TEXTS) == sure
    chosen = EntityRecognizer.from_pretrained(where, backend, dtype, labels=["city"], threshold=middle)
    assert chosen(TEXTS) == cities and chosen.types == ["city"]
    assert everything.with_labels(threshold=middle)(TEXTS) == sure
    assert chosen.with_labels({"person": "person", "city": "city"})(TEXTS) == sure
    assert everything(TEXTS) == found and everything.types == ["city", "person"]


def test_a_threshold_holds_for_the_score_that_is_told(folder):
    found = EntityRecognizer.from_pretrained(folder)(TEXTS)
    for score in {entity["score"] for row in found for entity in row}:
        kept = EntityRecognizer.from_pretrained(folder, threshold=score)(TEXTS)
        assert min(entity["score"] for row in kept for entity in row) == score


@pytest.mark.parametrize("backend", ["torch", "onnx", "openvino"])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"labels": ["drug"]}, "was trained for city, person, and has no type 'drug'"),
        ({"labels": {"city": "town"}}, "reads no descriptions: give 'city' alone"),
        ({"labels": []}, "no candidate label"),
        ({"labels": ["city", "city"]}, "'city' comes twice"),
        ({"labels": "city"}, "give a list"),
        ({"labels": {"city": "_"}}, "description of the candidate label 'city' is blank"),
        ({"threshold": 0}, "between 0 and 1"),
        ({"threshold": 1.0}, "between 0 and 1"),
        ({"threshold": float("nan")}, "between 0 and 1"),
    ],
)
def test_what_no_recognizer_can_take(folder, exported, backend, options, message):
    with pytest.raises(NamedTypesError, match=message):
        EntityRecognizer.from_pretrained(folder if backend == "torch" else exported, backend, **options)


def test_a_threshold_that_is_wrong_is_told_before_a_model_is_loaded(tmp_path):
    with pytest.raises(NamedTypesError, match="between 0 and 1"):
        EntityRecognizer.from_pretrained(tmp_path / "none", threshold=5)


def test_bi_encoders_compare_descriptions_and_keep_them(tiny_bert_dir, tmp_path):
    folder = save_tiny_bi_encoder(tiny_bert_dir, tmp_path / "bi")
    described = EntityRecognizer.from_pretrained(folder, labels={"place": "city", "firm": "company"}, threshold=0.3)
    assert isinstance(described, ZeroShotRecognizer) and described.types == ["place", "firm"]
    plain = EntityRecognizer.from_pretrained(folder, labels=["city", "company"], threshold=0.3)
    names = {"city": "place", "company": "firm"}
    assert described(TEXTS) == [
        [{**entity, "label": names[entity["label"]]} for entity in row] for row in plain(TEXTS)
    ]
    higher = described.with_labels(threshold=0.6)
    assert higher.types == ["place", "firm"]
    assert places(higher(TEXTS)) == places(
        EntityRecognizer.from_pretrained(folder, labels={"place": "city", "firm": "company"}, threshold=0.6)(TEXTS)
    )
    assert sum(map(len, higher(TEXTS))) != sum(map(len, described(TEXTS)))
    assert described.with_labels(["a=b"]).types == ["a=b"]


def test_a_type_of_a_recognizer_may_have_any_name(tiny_bert_dir, tmp_path):
    labels = ["O", "B-a=b", "I-a=b", *LABELS[3:]]
    folder = save_tiny_recognizer(tiny_bert_dir, tmp_path, labels)
    assert {e["label"] for e in EntityRecognizer.from_pretrained(folder, labels=["a=b"])(TEXTS[3])} == {"a=b"}
