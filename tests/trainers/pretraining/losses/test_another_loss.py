"""A loss is an object that the trainer is given: another one trains, validates and resumes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from support.small_corpus import small_corpus, small_trainer
from support.softmax_loss import SoftmaxLoss

from nuner.trainers import pretrain


def test_it_trains(tiny_bert_dir: Path, tmp_path: Path) -> None:
    trainer = small_trainer(tiny_bert_dir, tmp_path, loss=SoftmaxLoss(), num_train_epochs=12, learning_rate=5e-3)
    before = trainer.evaluate()
    trainer.train()
    after = trainer.evaluate()
    assert after["eval_loss"] < 0.7 * before["eval_loss"]
    # What training logs is of the same loss.
    logged = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    assert logged[0] == pytest.approx(before["eval_loss"], rel=0.3)
    assert logged[-1] == pytest.approx(after["eval_loss"], rel=0.3)


def test_it_validates(tiny_bert_dir: Path, tmp_path: Path) -> None:
    trainer = small_trainer(tiny_bert_dir, tmp_path, loss=SoftmaxLoss(), per_device_eval_batch_size=12)
    (batch,) = trainer.get_eval_dataloader()
    with torch.no_grad():
        output = trainer.model.eval()(**{k: v for k, v in batch.items() if k not in ("concept_ids", "positives")})
    logits = trainer.model.score(output.token_embeddings, output.concept_embeddings).flatten(0, 1)
    rows, columns = batch["positives"].T
    expected = -logits.log_softmax(1)[rows, columns].mean()
    assert trainer.evaluate()["eval_loss"] == pytest.approx(expected.item(), rel=1e-5)


def test_it_is_given_full_precision(tiny_bert_dir: Path, tmp_path: Path) -> None:
    trainer = small_trainer(tiny_bert_dir, tmp_path, loss=SoftmaxLoss(), bf16=True, max_steps=1)
    trainer.train()
    trainer.evaluate()


def test_it_resumes_to_the_same_weights(tiny_bert_dir: Path, tmp_path: Path) -> None:
    arguments: dict[str, Any] = {"loss": SoftmaxLoss(), "save_strategy": "steps", "save_steps": 8}
    straight = small_trainer(tiny_bert_dir, tmp_path, **arguments)
    straight.train()
    for later in ("checkpoint-16", "checkpoint-20"):
        shutil.rmtree(tmp_path / later)
    resumed = small_trainer(tiny_bert_dir, tmp_path, **arguments)
    resumed.train(resume_from_checkpoint=True)
    for name, weight in straight.model.state_dict().items():
        assert torch.equal(resumed.model.state_dict()[name], weight), name


def test_what_it_is_divided_by_is_noted(tiny_bert_dir: Path, tmp_path: Path) -> None:
    trainer = small_trainer(tiny_bert_dir, tmp_path, loss=SoftmaxLoss(), loss_normalization="pairs")
    assert trainer.args.loss_normalization == "positives"


def test_a_whole_run_is_resumed_with_the_same_loss_only(tiny_bert_dir: Path, tmp_path: Path) -> None:
    corpus = {"train": small_corpus(24)}
    arguments: dict[str, Any] = {"num_frozen_text_layers": 1, "max_steps": 1, "use_cpu": True, "bf16": False}
    figures = pretrain(tiny_bert_dir, corpus, tmp_path, loss=SoftmaxLoss(), **arguments)
    assert figures["settings"]["loss"] == "SoftmaxLoss(normalization='positives')"
    assert json.loads((tmp_path / "pretraining.json").read_text(encoding="utf-8"))["settings"] == figures["settings"]
    with pytest.raises(ValueError, match=r"other settings \(loss\)"):
        pretrain(tiny_bert_dir, corpus, tmp_path, resume=True, **arguments)
    pretrain(tiny_bert_dir, corpus, tmp_path, loss=SoftmaxLoss(), resume=True, **arguments)


def test_an_unknown_divisor_is_refused(tiny_bert_dir: Path, tmp_path: Path) -> None:
    loss: Any = SimpleNamespace(normalization="tokens")
    with pytest.raises(ValueError, match="normalization of SimpleNamespace is 'tokens'; it must be 'positives' or"):
        small_trainer(tiny_bert_dir, tmp_path, loss=loss)
