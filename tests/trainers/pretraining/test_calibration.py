"""Calibration of a bi-encoder's scores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from datasets import Dataset
from support.small_corpus import small_corpus
from transformers import AutoTokenizer

from nuner import NuNerForPreTraining, calibrate
from nuner.trainers.pretraining.calibration import _best_threshold, _platt
from nuner.trainers.pretraining.concept_table import ConceptTable
from nuner.trainers.pretraining.features import featurize_corpus


@pytest.fixture
def bi_encoder(tiny_bert_dir: Path) -> NuNerForPreTraining:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return NuNerForPreTraining.from_encoders(tiny_bert_dir, concept_pooling="mean")


def _features(corpus: Dataset, tiny_bert_dir: Path) -> tuple[Dataset, ConceptTable]:
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert_dir)
    names = (entity["concept"] for entities in corpus["entities"] for entity in entities)
    concepts = ConceptTable.from_names(names, tokenizer)
    return featurize_corpus(corpus, tokenizer, concepts, 64), concepts


def test_platt_finds_scale_and_bias_that_made_the_labels() -> None:
    random = np.random.default_rng(0)
    logits = random.normal(-4, 3, 200_000)
    agrees = random.random(len(logits)) < 1 / (1 + np.exp(-(0.6 * logits + 0.8)))
    assert _platt(logits, agrees) == pytest.approx((0.6, 0.8), abs=0.03)


def test_scale_stays_positive_and_finite_whatever_the_scores() -> None:
    logits = np.array([-3.0, -2.0, 2.0, 3.0])
    for agrees in (logits > 0, logits < 0):
        scale, bias = _platt(logits, agrees)
        assert 0 < scale < 100 and np.isfinite(bias)


def test_threshold_is_that_of_the_best_f1() -> None:
    logits, agrees = np.array([3.0, 2.0, 2.0, 1.0, 0.0]), np.array([True, True, False, True, False])
    best, f1 = _best_threshold(logits, agrees)
    candidates = {t: 2 * (agrees & (logits >= t)).sum() / ((logits >= t).sum() + agrees.sum()) for t in logits}
    assert (best, f1) == (1.0, pytest.approx(max(candidates.values())))


def test_writes_the_fit_into_the_configuration(
    bi_encoder: NuNerForPreTraining, tiny_bert_dir: Path, tmp_path: Path
) -> None:
    features, concepts = _features(small_corpus(60), tiny_bert_dir)
    bi_encoder.train()
    weights = {name: value.clone() for name, value in bi_encoder.state_dict().items()}
    fit = calibrate(bi_encoder, features, concepts)
    assert bi_encoder.training
    assert all(torch.equal(value, weights[name]) for name, value in bi_encoder.state_dict().items())
    bi_encoder.save_pretrained(tmp_path)
    config: Any = NuNerForPreTraining.from_pretrained(tmp_path).config
    assert (config.score_scale, config.score_bias, config.score_threshold) == (fit.scale, fit.bias, fit.threshold)
    assert calibrate(bi_encoder, features, concepts) == fit
    assert 0 < fit.positives < fit.pairs


def test_foreign_concepts_are_negatives_of_words_outside_entities_only(
    bi_encoder: NuNerForPreTraining, tiny_bert_dir: Path
) -> None:
    rows = [
        {"text": "paris", "entities": [{"start": 0, "end": 5, "concept": "city"}]},
        {"text": "acme", "entities": [{"start": 0, "end": 4, "concept": "company"}]},
        {"text": "the", "entities": []},
    ]
    fit = calibrate(bi_encoder, *_features(Dataset.from_list(rows), tiny_bert_dir))
    # Each entity with its own concept; "the" with both.
    assert (fit.pairs, fit.positives) == (4, 2)


def test_fits_concepts_that_training_did_not_have_where_there_are_enough(
    bi_encoder: NuNerForPreTraining, tiny_bert_dir: Path
) -> None:
    features, concepts = _features(small_corpus(400), tiny_bert_dir)
    trained = frozenset(concepts.names) - {"city", "company"}
    unseen = calibrate(bi_encoder, features, concepts, trained_concepts=trained)
    every = calibrate(bi_encoder, features, concepts, trained_concepts=frozenset(concepts.names))
    assert unseen.unseen_only and not every.unseen_only
    assert unseen.positives < every.positives


def test_refuses_sentences_without_entities(bi_encoder: NuNerForPreTraining, tiny_bert_dir: Path) -> None:
    features, concepts = _features(small_corpus(20), tiny_bert_dir)
    bare = features.map(lambda row: {"positive_tokens": [], "positive_concepts": []}, features=features.features)
    with pytest.raises(ValueError, match="nothing to calibrate on"):
        calibrate(bi_encoder, bare, concepts)
