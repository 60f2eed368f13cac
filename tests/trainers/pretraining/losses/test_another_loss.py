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
from transformers import AutoTokenizer

from nuner import ContrastiveTrainer, ContrastiveTrainingArguments, NuNerForPreTraining
from nuner.hub_cards import ModelCardCallback
from nuner.trainers import ContrastiveBCELoss, pretrain

ARGUMENTS: dict[str, Any] = {"num_frozen_text_layers": 1, "max_steps": 1, "use_cpu": True, "bf16": False}


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


def test_the_arguments_may_serve_another_trainer(tiny_bert_dir: Path, tmp_path: Path) -> None:
    args = ContrastiveTrainingArguments.preset(
        "paper", output_dir=str(tmp_path), num_frozen_text_layers=1, use_cpu=True
    )
    parts: dict[str, Any] = {
        "model": NuNerForPreTraining.from_encoders(tiny_bert_dir),
        "args": args,
        "train_dataset": small_corpus(4),
        "processing_class": AutoTokenizer.from_pretrained(tiny_bert_dir),
    }
    assert ContrastiveTrainer(**parts, loss=SoftmaxLoss()).args.loss_normalization == "positives"
    assert (args.loss_normalization, args.loss) == ("pairs", None)
    assert ContrastiveTrainer(**parts).loss == ContrastiveBCELoss("pairs")


def test_it_is_in_the_account(tiny_bert_dir: Path, tmp_path: Path) -> None:
    corpus = {"train": small_corpus(24)}
    losses = {"default": None, "same": ContrastiveBCELoss("positives"), "another": SoftmaxLoss()}
    for name, loss in losses.items():
        pretrain(tiny_bert_dir, corpus, tmp_path / name, loss=loss, callbacks=[ModelCardCallback()], **ARGUMENTS)
        noted = repr(loss) if name == "another" else None
        normalization = "pairs" if name == "default" else "positives"
        for folder in (tmp_path / name, tmp_path / name / "checkpoints" / "checkpoint-1"):
            for file, section in (("training_args.json", None), ("training_facts.json", "hyperparameters")):
                values = json.loads((folder / file).read_text(encoding="utf-8"))
                values = values[section] if section else values
                assert (values.get("loss"), values["loss_normalization"]) == (noted, normalization), file
            card = (folder / "README.md").read_text(encoding="utf-8")
            assert ("| `loss` | SoftmaxLoss(normalization='positives') |" in card) == (name == "another")


def test_a_whole_run_is_resumed_with_the_same_loss_only(tiny_bert_dir: Path, tmp_path: Path) -> None:
    corpus = {"train": small_corpus(24)}
    figures = pretrain(tiny_bert_dir, corpus, tmp_path, loss=SoftmaxLoss(), **ARGUMENTS)
    assert figures["settings"]["loss"] == "SoftmaxLoss(normalization='positives')"
    assert json.loads((tmp_path / "pretraining.json").read_text(encoding="utf-8"))["settings"] == figures["settings"]
    with pytest.raises(ValueError, match=r"other settings \(loss\)"):
        pretrain(tiny_bert_dir, corpus, tmp_path, resume=True, **ARGUMENTS)
    pretrain(tiny_bert_dir, corpus, tmp_path, loss=SoftmaxLoss(), resume=True, **ARGUMENTS)


def test_the_same_loss_may_be_named_in_another_way(tiny_bert_dir: Path, tmp_path: Path) -> None:
    """By the preset, by an argument, or as an object."""
    corpus = {"train": small_corpus(24)}
    pretrain(tiny_bert_dir, corpus, tmp_path / "paper", **ARGUMENTS)
    figures = pretrain(
        tiny_bert_dir, corpus, tmp_path / "paper", loss=ContrastiveBCELoss("pairs"), resume=True, **ARGUMENTS
    )
    assert "loss" not in figures["settings"]
    pretrain(tiny_bert_dir, corpus, tmp_path / "argument", loss_normalization="positives", **ARGUMENTS)
    with pytest.raises(ValueError, match=r"other settings \(loss\)"):
        pretrain(tiny_bert_dir, corpus, tmp_path / "argument", resume=True, **ARGUMENTS)
    # How large its blocks are changes no result.
    same = ContrastiveBCELoss("positives", max_block_logits=1000)
    figures = pretrain(tiny_bert_dir, corpus, tmp_path / "argument", loss=same, resume=True, **ARGUMENTS)
    assert figures["settings"]["loss"] == "ContrastiveBCELoss(normalization='positives')"


def test_two_divisors_are_refused(tiny_bert_dir: Path, tmp_path: Path) -> None:
    corpus, loss = {"train": small_corpus(4)}, ContrastiveBCELoss("positives")
    with pytest.raises(ValueError, match="is divided by positives, and loss_normalization is 'pairs'"):
        pretrain(tiny_bert_dir, corpus, tmp_path / "run", loss=loss, loss_normalization="pairs", **ARGUMENTS)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("loss", "complaint"),
    [
        (lambda *vectors: torch.zeros(()), "does not say what its sum is divided by: it needs an attribute"),
        (SoftmaxLoss, r"the loss is the class SoftmaxLoss; hand over an object of it, SoftmaxLoss\(\)"),
        (SimpleNamespace(normalization="pairs"), "cannot be called"),
    ],
    ids=["no divisor", "a class", "no call"],
)
def test_what_is_no_loss_is_refused(tiny_bert_dir: Path, tmp_path: Path, loss: Any, complaint: str) -> None:
    with pytest.raises(TypeError, match=complaint):
        small_trainer(tiny_bert_dir, tmp_path, loss=loss)
    with pytest.raises(TypeError, match=complaint):
        pretrain(tiny_bert_dir, {"train": small_corpus(4)}, tmp_path, loss=loss, **ARGUMENTS)


def test_an_unknown_divisor_is_refused(tiny_bert_dir: Path, tmp_path: Path) -> None:
    loss: Any = SimpleNamespace(normalization="tokens")
    with pytest.raises(ValueError, match="normalization of SimpleNamespace is 'tokens'; it must be 'positives' or"):
        small_trainer(tiny_bert_dir, tmp_path, loss=loss)
