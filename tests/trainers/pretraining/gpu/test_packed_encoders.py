"""Training without padding learns what training with it learns."""

import logging
from typing import Any

import pytest
import torch
from support.small_corpus import small_corpus, small_trainer
from support.tiny_configs import tiny_config
from transformers import AutoModel, AutoTokenizer

from nuner import ContrastiveTrainer, ContrastiveTrainingArguments, NuNerForPreTraining


@pytest.mark.parametrize("pooling", ["cls", "mean"])
@pytest.mark.parametrize("kept", [False, True])
def test_packed_batches_have_the_loss_and_gradients_of_padded_ones(tiny_bert_dir, tmp_path, pooling, kept):
    found = []
    for packing in (False, True):
        trainer: Any = small_trainer(
            tiny_bert_dir,
            tmp_path / str(packing),
            packing=packing,
            num_frozen_text_layers=1,
            num_frozen_concept_layers=1,
            cache_frozen_layers=kept,
        )
        trainer.model.config.concept_pooling = pooling
        if kept:
            trainer.data_collator.lower_layers, trainer.data_collator.concept_lower_layers = (
                trainer._lower_layers(encoder, 1, sequences)
                for encoder, sequences in (
                    (trainer.model.nuner.encoder, trainer.train_dataset["input_ids"][:]),
                    (trainer.model.concept_encoder, trainer.concepts.input_ids),
                )
            )
        trainer.model.eval()
        batch = trainer.data_collator([trainer.train_dataset[i] for i in range(6)])
        assert ("text_packing" in batch) is packing
        loss = trainer.compute_loss(trainer.model, batch)
        loss.backward()
        found.append((loss, [p.grad for p in trainer.model.parameters() if p.grad is not None]))
    torch.testing.assert_close(found[1][0], found[0][0])
    for packed, padded in zip(found[1][1], found[0][1], strict=True):
        torch.testing.assert_close(packed, padded, rtol=1e-3, atol=1e-5)


def test_packed_training_learns_validates_and_saves_as_ever(tiny_bert_dir, tmp_path):
    trainer = small_trainer(tiny_bert_dir, tmp_path, packing=True, num_train_epochs=8, learning_rate=5e-3)
    before = trainer.evaluate()
    trainer.train()
    after = trainer.evaluate()
    assert after["eval_loss"] < 0.7 * before["eval_loss"]
    padded = small_trainer(tiny_bert_dir, tmp_path / "padded")
    padded.model.load_state_dict(trainer.model.state_dict())
    assert padded.evaluate()["eval_loss"] == pytest.approx(after["eval_loss"], rel=1e-4)
    trainer.save_model(str(tmp_path / "model"))
    saved = NuNerForPreTraining.from_pretrained(tmp_path / "model")
    assert saved.nuner.encoder.config._attn_implementation == "sdpa"


def test_an_encoder_that_cannot_is_padded_and_named(tiny_bert_dir, tmp_path, caplog):
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert_dir)
    folder = tmp_path / "mpnet"
    AutoModel.from_config(tiny_config("mpnet")).save_pretrained(folder)
    with caplog.at_level(logging.WARNING):
        trainer: Any = ContrastiveTrainer(
            NuNerForPreTraining.from_encoders(folder, tiny_bert_dir),
            ContrastiveTrainingArguments(output_dir=str(tmp_path / "out"), packing=True),
            small_corpus(6),
            processing_class=tokenizer,
        )
    assert "MPNetModel cannot read texts end to end: they are padded." in caplog.text
    batch = trainer.data_collator([trainer.train_dataset[i] for i in range(3)])
    assert "attention_mask" in batch and "concept_packing" in batch
    assert torch.isfinite(trainer.compute_loss(trainer.model, batch))


def test_nothing_is_packed_on_a_cpu_unless_asked_for(tmp_path):
    assert not ContrastiveTrainingArguments(output_dir=str(tmp_path), use_cpu=True, bf16=True).packs
    assert ContrastiveTrainingArguments(output_dir=str(tmp_path), use_cpu=True, packing=True).packs
