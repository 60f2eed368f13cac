"""Two processes with half a batch each learn what one process learns from the whole."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from support.folders import child_environment

RUN = """
import os
from pathlib import Path
import torch
from nuner.trainers import ContrastiveBCELoss
from support.small_corpus import small_trainer
from support.softmax_loss import SoftmaxLoss

trainer = small_trainer(
    Path({encoder!r}), Path({output!r}), num_sentences=24, per_device_train_batch_size={batch},
    num_train_epochs=1, loss={loss}, train_sampling_strategy="sequential",
    max_grad_norm=0.5, optim="sgd", learning_rate=0.05, logging_steps=1,
)
for module in trainer.model.modules():
    if isinstance(module, torch.nn.Dropout):
        module.p = 0.0
    if hasattr(module, "dropout") and isinstance(module.dropout, float):
        module.dropout = 0.0
trainer.train()
metrics = trainer.evaluate()
if trainer.is_world_process_zero():
    torch.save({{"weights": trainer.model.state_dict(), "average_precision": metrics["eval_average_precision"],
                 "losses": [log["loss"] for log in trainer.state.log_history if "loss" in log]}}, {result!r})
# All is measured and written. The threads of a group now and then abort a process that ends in the usual way.
trainer.accelerator.wait_for_everyone()
os._exit(0)
"""


@pytest.mark.parametrize(
    "loss",
    ['ContrastiveBCELoss("positives")', 'ContrastiveBCELoss("pairs")', 'SoftmaxLoss("positives")'],
)
def test_two_processes_equal_one(tiny_bert_dir, tmp_path, loss):
    results = []
    for processes in (1, 2):
        result = tmp_path / f"{processes}.pt"
        script = tmp_path / f"run{processes}.py"
        script.write_text(
            RUN.format(
                encoder=str(tiny_bert_dir),
                output=str(tmp_path / f"out{processes}"),
                batch=8 // processes,
                loss=loss,
                result=str(result),
            )
        )
        launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"] if processes == 2 else []
        done = subprocess.run(
            [sys.executable, *launcher, str(script)],
            env=child_environment(OMP_NUM_THREADS="1"),
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        results.append(torch.load(result, weights_only=True))
    one, two = results
    assert len(one["losses"]) == 3
    assert two["losses"] == pytest.approx(one["losses"], rel=1e-4)
    for name, weight in one["weights"].items():
        torch.testing.assert_close(two["weights"][name], weight, rtol=1e-3, atol=1e-5, msg=name)
