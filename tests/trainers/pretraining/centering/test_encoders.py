"""A pre-training begins with logits that suit its loss, whatever the encoders."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from support.one_sided_encoders import ENDING_WITH_A_BIAS, OTHERS, save_one_sided_encoder
from support.small_corpus import small_corpus
from torch import Tensor
from transformers import AutoModel, AutoTokenizer

from nuner import NuNerForPreTraining, export_backbone
from nuner.trainers.pretraining.centering.encoders import center_encoders
from nuner.trainers.pretraining.collator import ContrastiveCollator
from nuner.trainers.pretraining.concept_table import ConceptTable
from nuner.trainers.pretraining.features import featurize_corpus

ALL = sorted({**ENDING_WITH_A_BIAS, **OTHERS})


def batch_of(encoder: Path) -> dict[str, Tensor]:
    tokenizer = AutoTokenizer.from_pretrained(encoder)
    corpus = small_corpus(60)
    concepts = ConceptTable.from_names((e["concept"] for row in corpus["entities"] for e in row), tokenizer)
    rows: Any = list(featurize_corpus(corpus, tokenizer, concepts))
    return ContrastiveCollator(concepts, 0)(rows)


@torch.no_grad()
def vectors_and_logits(model: NuNerForPreTraining, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Vectors of the real tokens, and the logits of all pairs, without dropout."""
    output = model.eval()(**{name: values for name, values in batch.items() if name != "concept_ids"})
    tokens = output.token_embeddings[batch["token_mask"]]
    return tokens, model.score(tokens, output.concept_embeddings)


@pytest.fixture(params=ALL)
def encoder(request: pytest.FixtureRequest, tiny_bert_dir: Path, tmp_path: Path) -> Path:
    return save_one_sided_encoder(request.param, tiny_bert_dir, tmp_path / request.param)


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_logits_begin_at_the_odds_of_a_pair_with_a_spread_of_one(encoder: Path, pooling: str) -> None:
    model, batch = NuNerForPreTraining.from_encoders(encoder, concept_pooling=pooling), batch_of(encoder)
    before, one_sided = vectors_and_logits(model, batch)
    assert one_sided.mean() > 2 * one_sided.std()
    centering = center_encoders(model, [batch])
    assert centering.folded is (encoder.name in ENDING_WITH_A_BIAS)
    assert centering.mean_before == pytest.approx(one_sided.mean().item(), rel=1e-3, abs=1e-3)
    assert centering.spread_before == pytest.approx(one_sided.std().item(), rel=1e-2)
    after, logits = vectors_and_logits(model, batch)
    share = len(batch["positives"]) / logits.numel()
    assert logits.mean().item() == pytest.approx(math.log(share / (1 - share)), abs=1e-2)
    assert logits.std().item() == pytest.approx(centering.spread, rel=1e-2)
    assert 0.99 < centering.spread < 1.5
    # The text encoder gives what it gave, moved and stretched.
    stretched = (after - after.mean(0)).norm() / (before - before.mean(0)).norm()
    torch.testing.assert_close(after - after.mean(0), stretched * (before - before.mean(0)), rtol=1e-3, atol=1e-3)
    if not centering.folded:
        assert torch.equal(after, before)


def test_a_centered_pair_is_saved_and_exported_like_any_other(encoder: Path, tmp_path: Path) -> None:
    model, batch = NuNerForPreTraining.from_encoders(encoder), batch_of(encoder)
    center_encoders(model, [batch])
    tokens, logits = vectors_and_logits(model, batch)
    model.save_pretrained(tmp_path / "saved")
    assert torch.equal(vectors_and_logits(NuNerForPreTraining.from_pretrained(tmp_path / "saved"), batch)[1], logits)
    export_backbone(model, tmp_path / "backbone")
    plain = AutoModel.from_pretrained(tmp_path / "backbone").eval()
    assert type(plain) is type(AutoModel.from_pretrained(encoder))
    with torch.no_grad():
        states = plain(batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
    torch.testing.assert_close(states[batch["token_mask"]], tokens)


def test_logits_with_dropout_are_what_is_scaled(tiny_bert_dir: Path) -> None:
    model, batch = NuNerForPreTraining.from_encoders(tiny_bert_dir), batch_of(tiny_bert_dir)
    torch.manual_seed(1)
    state = torch.get_rng_state()
    center_encoders(model, [batch])
    assert torch.equal(torch.get_rng_state(), state)
    model.train()
    with torch.no_grad():
        output = model(**{name: values for name, values in batch.items() if name != "concept_ids"})
    logits = model.score(output.token_embeddings[batch["token_mask"]], output.concept_embeddings)
    share = len(batch["positives"]) / logits.numel()
    assert logits.mean().item() == pytest.approx(math.log(share / (1 - share)), abs=0.5)
    assert 0.7 < logits.std().item() < 1.4


def test_encoders_that_tell_nothing_apart_are_left_finite(tiny_bert_dir: Path) -> None:
    model, batch = NuNerForPreTraining.from_encoders(tiny_bert_dir), batch_of(tiny_bert_dir)
    encoder: Any = model.nuner.encoder
    with torch.no_grad():
        encoder.encoder.layer[-1].output.LayerNorm.weight.zero_()
    center_encoders(model, [batch])
    assert all(parameter.isfinite().all() for parameter in model.parameters())
