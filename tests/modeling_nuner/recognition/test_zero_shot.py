"""Entities of types that are named at run time."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from support.tiny_bi_encoder import save_tiny_bi_encoder
from support.tiny_recognizer import places
from transformers import AutoTokenizer, pipeline

from nuner import EntityRecognizer, NuNerForPreTraining, ZeroShotRecognizer, export_backbone
from nuner.modeling_nuner.recognition.bi_encoder_loading import CONCEPT_TOKENIZER


@pytest.fixture
def checkpoint(tiny_bert_dir: Path, tmp_path: Path) -> Path:
    return save_tiny_bi_encoder(tiny_bert_dir, tmp_path / "bi")


def _pipeline(checkpoint: Path) -> Any:
    # The overloads of `pipeline` know the tasks of transformers only.
    make: Any = pipeline
    return make("zero-shot-ner", model=str(checkpoint), device="cpu")


TEXTS = ["the order of acme", "Paris, London and Berlin.", "", "monday: acme paid the order in Berlin", "x" * 9]
LABELS = ["city", "company", "day"]


def _probabilities(checkpoint: Path, text: str, labels: list[str]) -> tuple[list[tuple[int, int]], np.ndarray]:
    """Places of the words and their probabilities, straight from the model's forward pass."""
    model, tokenizer = (
        NuNerForPreTraining.from_pretrained(checkpoint).eval(),
        AutoTokenizer.from_pretrained(checkpoint),
    )
    encoded = tokenizer(text, return_tensors="pt")
    names = tokenizer(labels, padding=True, return_tensors="pt")
    with torch.no_grad():
        output = model(**encoded, concept_input_ids=names["input_ids"], concept_attention_mask=names["attention_mask"])
        logits = model.score(output.token_embeddings[0], output.concept_embeddings)
    words = encoded.word_ids()
    first = [i for i, word in enumerate(words) if word is not None and word not in words[:i]]
    spans = [encoded.word_to_chars(words[i]) for i in first]
    return [(s.start, s.end) for s in spans], torch.sigmoid(logits * 0.5 - 0.3).numpy()[first]


def test_best_label_of_each_word_above_the_threshold(checkpoint: Path) -> None:
    recognizer: Any = EntityRecognizer.from_pretrained(checkpoint, labels=LABELS)
    assert isinstance(recognizer, ZeroShotRecognizer)
    found_any = False
    for text, entities in zip(TEXTS, recognizer(TEXTS), strict=True):
        if not text:
            assert entities == []
            continue
        words, probability = _probabilities(checkpoint, text, LABELS)
        kinds = [int(p.argmax()) if p.max() >= 0.4 else -1 for p in probability]
        expected = []
        for i, kind in enumerate(kinds):
            if kind < 0:
                continue
            if i and kinds[i - 1] == kind:
                expected[-1] = (expected[-1][0], words[i][1], LABELS[kind], [*expected[-1][3], probability[i, kind]])
            else:
                expected.append((*words[i], LABELS[kind], [probability[i, kind]]))
        assert places([entities]) == [[e[:3] for e in expected]]
        assert [e["score"] for e in entities] == pytest.approx([float(np.mean(e[3])) for e in expected], abs=1e-5)
        assert all(text[e["start"] : e["end"]] == e["text"] for e in entities)
        found_any |= bool(entities)
    assert found_any


def test_nested_entities_are_those_of_each_label_alone(checkpoint: Path) -> None:
    nested = ZeroShotRecognizer.from_pretrained(checkpoint, labels=LABELS, nested=True, threshold=0.3)
    together = nested(TEXTS)
    apart = [[e for label in LABELS for e in nested.with_labels([label])(text)] for text in TEXTS]

    def key(entity: dict) -> tuple[int, int, int]:
        return entity["start"], -entity["end"], LABELS.index(entity["label"])

    for one, other in zip(together, apart, strict=True):
        assert [(e["start"], e["end"], e["label"]) for e in one] == [
            (e["start"], e["end"], e["label"]) for e in sorted(other, key=key)
        ]
    assert any(a["end"] > b["start"] for row in together for a, b in pairwise(row))


def test_labels_change_at_run_time_and_their_vectors_are_kept(checkpoint: Path) -> None:
    recognizer = ZeroShotRecognizer.from_pretrained(checkpoint, labels=LABELS)
    before = recognizer(TEXTS)
    encoded: list[int] = []
    inner = recognizer.model.encode_concepts

    def counting(input_ids: Any, *rest: Any) -> Any:
        encoded.append(len(input_ids))
        return inner(input_ids, *rest)

    recognizer.model.encode_concepts = counting  # pyright: ignore[reportAttributeAccessIssue]
    other = recognizer.with_labels({"CITY": "city", "new": "order of the day"})
    assert encoded == [1]
    assert {e["label"] for row in other(TEXTS) for e in row} <= {"CITY", "new"}
    recognizer.with_labels(["day", "Order_of the day"])
    assert encoded == [1]
    assert recognizer(TEXTS) == before


def test_a_label_that_looks_like_a_tag_stays_itself(checkpoint: Path) -> None:
    recognizer = ZeroShotRecognizer.from_pretrained(checkpoint, labels=["B-cell"], threshold=0.001)
    assert {e["label"] for e in recognizer("the order of acme")} == {"B-cell"}


def test_long_texts_are_read_in_windows(checkpoint: Path) -> None:
    recognizer = ZeroShotRecognizer.from_pretrained(checkpoint, labels=LABELS, max_length=16)
    text = "acme paid the order in paris and london, " * 20
    found = recognizer(text)
    assert recognizer.counts.windowed == 1
    assert found and found[-1]["start"] > 600
    with pytest.raises(ValueError, match="reads at most 64 tokens"):
        ZeroShotRecognizer.from_pretrained(checkpoint, labels=LABELS, max_length=65)


def test_pipeline_gives_what_the_recognizer_gives(checkpoint: Path) -> None:
    ner = _pipeline(checkpoint)
    recognizer: Any = EntityRecognizer.from_pretrained(checkpoint, labels=LABELS)
    expected = recognizer(TEXTS)
    assert ner(TEXTS, candidate_labels=LABELS) == expected
    assert ner(TEXTS[1], candidate_labels=LABELS) == expected[1]
    assert list(ner((text for text in TEXTS), candidate_labels=LABELS)) == expected
    assert ner(TEXTS, candidate_labels=LABELS, nested=True) == recognizer.with_labels(LABELS, nested=True)(TEXTS)
    assert ner([], candidate_labels=LABELS) == []


@pytest.mark.parametrize("own_tokenizer", [False, True])
def test_a_pipeline_is_saved_whole(checkpoint: Path, tmp_path: Path, own_tokenizer: bool) -> None:
    folder = tmp_path / "given"
    shutil.copytree(checkpoint, folder)
    if own_tokenizer:
        AutoTokenizer.from_pretrained(folder).save_pretrained(folder / CONCEPT_TOKENIZER)
    load: Any = pipeline
    ner = load("zero-shot-ner", model=str(folder))
    ner.save_pretrained(tmp_path / "saved")
    assert (tmp_path / "saved" / CONCEPT_TOKENIZER).is_dir() == own_tokenizer
    saved = load("zero-shot-ner", model=str(tmp_path / "saved"))
    text = "acme bought the order in paris"
    found = ner(text, candidate_labels=["city", "company"])
    assert found and saved(text, candidate_labels=["city", "company"]) == found


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "needs candidate_labels"),
        ({"candidate_labels": []}, "no candidate label"),
        ({"candidate_labels": ["city", 1]}, "must be strings"),
        ({"candidate_labels": ["city"], "threshold": 2}, "between 0 and 1"),
        ({"candidate_labels": ["city"], "labels": ["city"]}, "no argument 'labels'"),
    ],
)
def test_pipeline_refuses_bad_arguments(checkpoint: Path, arguments: dict[str, Any], message: str) -> None:
    ner = _pipeline(checkpoint)
    with pytest.raises(ValueError, match=message):
        ner("paris", **arguments)


def test_checkpoints_without_a_concept_encoder_are_refused(checkpoint: Path, tmp_path: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    backbone, text_encoder = tmp_path / "backbone", tmp_path / "text"
    model = NuNerForPreTraining.from_pretrained(checkpoint)
    export_backbone(model, backbone)
    model.nuner.save_pretrained(text_encoder)
    for folder in (backbone, text_encoder):
        tokenizer.save_pretrained(folder)
        with pytest.raises(ValueError, match="has no concept encoder"):
            EntityRecognizer.from_pretrained(folder, labels=["city"])
    with pytest.raises(FileNotFoundError, match="there is no recognizer"):
        EntityRecognizer.from_pretrained(tmp_path / "nowhere", labels=["city"])
    with pytest.raises(ValueError, match="needs the torch backend"):
        EntityRecognizer.from_pretrained(checkpoint, backend="onnx", labels=["city"])


def test_an_uncalibrated_checkpoint_says_so(tiny_bert_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    model, tokenizer = NuNerForPreTraining.from_encoders(tiny_bert_dir), AutoTokenizer.from_pretrained(tiny_bert_dir)
    ZeroShotRecognizer(model, tokenizer, ["city"], threshold=0.2)
    assert not caplog.records
    ZeroShotRecognizer(model, tokenizer, ["city"])
    assert "not calibrated" in caplog.text
