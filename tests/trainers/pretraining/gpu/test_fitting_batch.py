"""A GPU that is too small for the batch gets half of it, and steps stay of one size."""

import logging
from typing import Any

import pytest
import torch
from support.small_corpus import small_trainer

from nuner.trainers.pretraining.gpu.fitting_batch import fit_batch


def small_gpu(trainer, most):
    """Let the text encoder run out of memory, as a GPU does, on more texts than that."""

    def refuse(module, args, kwargs):
        if len(kwargs["input_ids"]) > most:
            raise torch.OutOfMemoryError("CUDA out of memory")

    trainer.model.nuner.encoder.register_forward_pre_hook(refuse, with_kwargs=True)


def test_the_batch_is_halved_until_it_fits_and_said_so(tiny_bert_dir, tmp_path, caplog):
    trainer: Any = small_trainer(tiny_bert_dir, tmp_path, per_device_train_batch_size=16, max_steps=3)
    before = {name: weight.clone() for name, weight in trainer.model.state_dict().items()}
    small_gpu(trainer, most=5)
    with caplog.at_level(logging.WARNING):
        fit_batch(trainer, trainer.train_dataset)
    assert "too little memory for batches of 16 texts: it gets 4 at a time, in steps of 4 batches" in caplog.text
    assert all(torch.equal(weight, before[name]) for name, weight in trainer.model.state_dict().items())
    assert all(p.grad is None for p in trainer.model.parameters())
    assert next(iter(trainer.get_train_dataloader()))["input_ids"].shape[0] == 4
    batches, _ = trainer.get_batch_samples(iter(trainer.get_train_dataloader()), 4, torch.device("cpu"))
    assert sum(len(batch["input_ids"]) for batch in batches) == 16
    trainer.train()
    assert trainer.state.global_step == 3


def test_a_batch_that_fits_stays(tiny_bert_dir, tmp_path, caplog):
    trainer: Any = small_trainer(tiny_bert_dir, tmp_path, per_device_train_batch_size=16)
    small_gpu(trainer, most=16)
    fit_batch(trainer, trainer.train_dataset)
    assert trainer.args.per_device_train_batch_size == 16
    assert trainer.args.gradient_accumulation_steps == 1
    assert not caplog.text


def test_a_gpu_that_holds_no_text_is_refused(tiny_bert_dir, tmp_path):
    trainer: Any = small_trainer(tiny_bert_dir, tmp_path)
    small_gpu(trainer, most=0)
    with pytest.raises(ValueError, match="too little memory for a batch of one text"):
        fit_batch(trainer, trainer.train_dataset)


def test_a_gpu_that_runs_out_of_memory_later_ends_with_a_sentence(tiny_bert_dir, tmp_path):
    trainer: Any = small_trainer(tiny_bert_dir, tmp_path, per_device_train_batch_size=8)
    small_gpu(trainer, most=4)
    trainer.model.config.auto_map = {}  # as of a checkpoint: not centered
    with pytest.raises(ValueError, match=r"ran out of memory after 0 steps: take a smaller batch .*--batch-size"):
        trainer.train()
