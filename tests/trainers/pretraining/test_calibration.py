"""Calibration of a bi-encoder's scores."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
import torch
from datasets import Dataset
from support.small_corpus import small_corpus, small_trainer
from transformers import AutoTokenizer

from nuner import NuNerForPreTraining, calibrate
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


def test_the_trainer_calibrates_on_its_validation_sentences(tiny_bert_dir: Path, tmp_path: Path) -> None:
    trainer = small_trainer(tiny_bert_dir, tmp_path)
    fit = trainer.calibrate()
    assert fit is not None
    config: Any = trainer.model.config
    assert (config.score_scale, config.score_bias, config.score_threshold) == (fit.scale, fit.bias, fit.threshold)
    features, concepts = cast(Any, trainer.eval_dataset), cast(ConceptTable, trainer.concepts)
    assert calibrate(trainer.model, features, concepts, seed=trainer.args.seed) == fit


def test_the_trainer_leaves_the_scores_where_there_is_nothing_to_fit_them_to(
    tiny_bert_dir: Path, tmp_path: Path
) -> None:
    trainer = small_trainer(tiny_bert_dir, tmp_path)
    before = trainer.model.config.to_dict()
    trainer.eval_dataset = None
    assert trainer.calibrate() is None
    assert trainer.model.config.to_dict() == before
