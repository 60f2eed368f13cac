"""A run goes on from the newest checkpoint that is as it was saved, and from no other."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from support.small_corpus import small_trainer

from nuner.trainers.checkpoints import MANIFEST_FILE, fault_of, latest_complete_checkpoint, write_manifest


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-20]),
    "emptied": lambda path: path.write_bytes(b""),
    "flipped": flip_a_bit,
}
FILES = (
    "model.safetensors",
    "optimizer.pt",
    "scheduler.pt",
    "rng_state.pth",
    "trainer_state.json",
    "config.json",
    "training_args.json",
    "tokenizer.json",
)


@pytest.fixture(scope="module")
def run(tiny_bert_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    small_trainer(tiny_bert_dir, folder, save_strategy="steps", save_steps=2, max_steps=4).train()
    return folder


@pytest.fixture
def copy(run: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(run, tmp_path / "run"))


def test_the_newest_is_found_and_the_folder_of_something_else_passed_over(copy: Path) -> None:
    (copy / "checkpoint-best").mkdir()
    assert latest_complete_checkpoint(copy) == copy / "checkpoint-4"
    assert latest_complete_checkpoint(copy / "checkpoint-best") is None


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", [*FILES, MANIFEST_FILE])
def test_a_damaged_one_is_passed_over_with_a_sentence(copy: Path, name: str, damage: str) -> None:
    DAMAGES[damage](copy / "checkpoint-4" / name)
    said: list[str] = []
    found = latest_complete_checkpoint(copy, said.append)
    if (name, damage) == (MANIFEST_FILE, "missing"):  # as in checkpoints of before there were manifests
        assert (found, said) == (copy / "checkpoint-4", [])
        return
    assert found == copy / "checkpoint-2"
    assert len(said) == 1
    assert said[0].startswith(f"{copy / 'checkpoint-4'} is passed over: its ")


@pytest.mark.parametrize("damage", ["missing", "truncated", "emptied"])
@pytest.mark.parametrize("name", FILES[:6])
def test_without_a_manifest_what_is_needed_must_be_readable(copy: Path, name: str, damage: str) -> None:
    for step in (2, 4):
        (copy / f"checkpoint-{step}" / MANIFEST_FILE).unlink()
    DAMAGES[damage](copy / "checkpoint-4" / name)
    assert latest_complete_checkpoint(copy) == copy / "checkpoint-2"


def test_the_card_may_be_edited(copy: Path) -> None:
    (copy / "checkpoint-4" / "README.md").write_text("Mine.", encoding="utf-8")
    write_manifest(copy / "checkpoint-4")
    (copy / "checkpoint-4" / "README.md").write_text("Mine, still.", encoding="utf-8")
    assert fault_of(copy / "checkpoint-4") is None


def test_a_run_that_is_resumed_from_its_last_step_takes_no_further_one(tiny_bert_dir: Path, copy: Path) -> None:
    trainer = small_trainer(tiny_bert_dir, copy, save_strategy="steps", save_steps=2, max_steps=4)
    trainer.train(resume_from_checkpoint=True)
    assert trainer.state.global_step == 4
    saved = torch.load(copy / "checkpoint-4" / "scheduler.pt", weights_only=True)
    scheduler: Any = trainer.lr_scheduler
    assert scheduler.state_dict()["last_epoch"] == saved["last_epoch"] == 4
