"""The whole run as one function, for a notebook as for the command line."""

from __future__ import annotations

import json
import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset
from safetensors.torch import load_file
from support.one_sided_encoders import save_one_sided_encoder
from support.small_corpus import small_corpus
from transformers import AutoModel, TrainerCallback

from nuner.data_builders.files.output_lock import OutputInUseError, output_lock
from nuner.trainers import pretrain
from nuner.trainers.pretraining.validation.learning import NotLearntError

ARGUMENTS: dict[str, Any] = {"num_frozen_text_layers": 1, "max_steps": 2, "use_cpu": True, "bf16": False}


class _CardWriter(TrainerCallback):
    def __init__(self) -> None:
        self.folders: list[Path] = []

    def write_card(self, folder: str, **stated: Any) -> None:
        # As cards are written from what was saved.
        assert Path(folder, "config.json").is_file()
        self.folders.append(Path(folder))


@pytest.mark.parametrize("inside", ["taken", "taken/run"])
def test_a_file_in_the_way_is_named_before_the_training(tiny_bert_dir: Path, tmp_path: Path, inside: str) -> None:
    (tmp_path / "taken").write_text("of the user", encoding="utf-8")
    with pytest.raises(OSError) as taken:
        pretrain(tiny_bert_dir, {"train": small_corpus(24)}, tmp_path / inside, **ARGUMENTS)
    assert taken.value.filename == str(tmp_path / inside)
    assert isinstance(taken.value, FileExistsError if inside == "taken" else NotADirectoryError)


def test_each_model_gets_its_card_once(tiny_bert_dir: Path, tmp_path: Path) -> None:
    writer = _CardWriter()
    pretrain(tiny_bert_dir, {"train": small_corpus(24)}, tmp_path, callbacks=[writer], **ARGUMENTS)
    assert [folder for folder in writer.folders if "checkpoints" not in folder.parts] == [
        tmp_path,
        tmp_path / "backbone",
    ]


def test_scores_are_fitted_where_there_is_a_validation_split(tiny_bert_dir: Path, tmp_path: Path) -> None:
    corpus = {"train": small_corpus(24), "validation": small_corpus(12, seed=1)}
    figures = pretrain(tiny_bert_dir, corpus, tmp_path / "with", **ARGUMENTS)
    config = json.loads((tmp_path / "with" / "config.json").read_text(encoding="utf-8"))
    assert figures["calibration"]["threshold"] == config["score_threshold"]
    del corpus["validation"]
    figures = pretrain(tiny_bert_dir, corpus, tmp_path / "without", **ARGUMENTS)
    assert "calibration" not in figures


@pytest.mark.parametrize("which", ["text_encoder", "concept_encoder"])
def test_an_encoder_that_is_none_is_named_before_anything_is_written(
    tiny_bert_dir: Path, tmp_path: Path, which: str
) -> None:
    encoders: dict[str, Any] = {"text_encoder": tiny_bert_dir, "concept_encoder": tiny_bert_dir}
    for given in ("no-such-encoder", tmp_path / "absent"):
        with pytest.raises(FileNotFoundError, match=f"there is no encoder '{given}'"):
            pretrain(**{**encoders, which: given}, corpus={}, output_dir=tmp_path / "run", **ARGUMENTS)
    with pytest.raises(ValueError, match="holds no encoder that AutoModel and AutoTokenizer load"):
        pretrain(**{**encoders, which: tmp_path}, corpus={}, output_dir=tmp_path / "run", **ARGUMENTS)
    assert not (tmp_path / "run").exists()


def test_a_bi_encoder_goes_on_from_both_halves(tiny_bert_dir: Path, tmp_path: Path) -> None:
    corpus = {"train": small_corpus(24), "validation": small_corpus(12, seed=1)}
    first, second = tmp_path / "first", tmp_path / "second"
    pretrain(tiny_bert_dir, corpus, first, model_fields={"temperature": 3.0}, learning_rate=1e-2, **ARGUMENTS)
    said: list[str] = []
    settings = pretrain(first, corpus, second, tell=said.append, **{**ARGUMENTS, "learning_rate": 0.0})["settings"]
    assert said == [f"{first} is a bi-encoder: training goes on from both of its encoders."]
    assert settings["model"] == {"temperature": 3.0, "concept_pooling": "cls"}
    before, after = (load_file(folder / "model.safetensors") for folder in (first, second))
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_a_new_concept_half_is_the_users_choice(tiny_bert_dir: Path, tmp_path: Path) -> None:
    pretrain(tiny_bert_dir, {"train": small_corpus(24)}, tmp_path / "first", **ARGUMENTS)
    said: list[str] = []
    pretrain(
        tmp_path / "first",
        {"train": small_corpus(24)},
        tmp_path / "second",
        concept_encoder=tiny_bert_dir,
        tell=said.append,
        **ARGUMENTS,
    )
    assert said == []


def test_two_runs_into_one_folder_are_one_too_many(tiny_bert_dir: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor() as other, ExitStack() as running:
        other.submit(running.enter_context, output_lock(tmp_path / "run")).result()
        with pytest.raises(OutputInUseError, match="is being written by process"):
            pretrain(tiny_bert_dir, {"train": small_corpus(24)}, tmp_path / "run", resume=True, **ARGUMENTS)
        other.submit(running.close).result()
    assert not (tmp_path / "run" / "checkpoints").exists()
    pretrain(tiny_bert_dir, {"train": small_corpus(24)}, tmp_path / "run", **ARGUMENTS)


def unlearnable(num_sentences: int) -> Dataset:
    """Sentences in which nothing tells what an entity is."""
    draw = random.Random(num_sentences)
    rows = []
    for _ in range(num_sentences):
        words = ["order"] * 12
        spans = [(i * 6, draw.choice(["city", "company", "day", "person", "drug", "gene"])) for i in range(12)]
        entities = [{"start": at, "end": at + 5, "text": "order", "concept": concept} for at, concept in spans]
        rows.append({"text": " ".join(words), "entities": entities})
    return Dataset.from_list(rows)


def test_a_run_that_has_not_learnt_is_written_and_raises(tiny_bert_dir: Path, tmp_path: Path) -> None:
    corpus = {"train": unlearnable(48), "validation": unlearnable(30)}
    with pytest.raises(NotLearntError, match=r"has not learnt: after 2 epochs, .* is chance\.") as nothing:
        pretrain(tiny_bert_dir, corpus, tmp_path, **ARGUMENTS)
    written = json.loads((tmp_path / "pretraining.json").read_text(encoding="utf-8"))
    assert written["not_learnt"] == nothing.value.figures["not_learnt"] == str(nothing.value)
    assert (tmp_path / "model.safetensors").is_file()
    assert list((tmp_path / "checkpoints").glob("checkpoint-*"))


def test_a_damaged_checkpoint_is_told_and_the_older_one_gone_on_from(tiny_bert_dir: Path, tmp_path: Path) -> None:
    run: dict[str, Any] = {**ARGUMENTS, "max_steps": 6, "save_steps": 2}
    pretrain(tiny_bert_dir, {"train": small_corpus(24)}, tmp_path / "whole", **run)
    shutil.copytree(tmp_path / "whole" / "checkpoints", tmp_path / "damaged" / "checkpoints")
    checkpoints = tmp_path / "damaged" / "checkpoints"
    (checkpoints / "checkpoint-6" / "optimizer.pt").unlink()
    said: list[str] = []
    pretrain(tiny_bert_dir, {"train": small_corpus(24)}, tmp_path / "damaged", resume=True, tell=said.append, **run)
    assert said == [
        f"{checkpoints / 'checkpoint-6'} is passed over: its optimizer.pt is missing.",
        f"Going on from {checkpoints / 'checkpoint-4'}",
    ]
    whole, resumed = (load_file(tmp_path / name / "model.safetensors") for name in ("whole", "damaged"))
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)
    (checkpoints / "settings.json").write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match=r"settings\.json cannot be read"):
        pretrain(tiny_bert_dir, {"train": small_corpus(24)}, tmp_path / "damaged", resume=True, **run)


def test_encoders_without_a_last_bias_resume_to_the_same_weights(tiny_bert_dir: Path, tmp_path: Path) -> None:
    encoder = save_one_sided_encoder("modernbert", tiny_bert_dir, tmp_path / "modernbert")
    run: dict[str, Any] = {**ARGUMENTS, "max_steps": 4, "save_steps": 2}
    figures = pretrain(encoder, {"train": small_corpus(24)}, tmp_path / "whole", **run)
    assert figures["centering"]["folded"] is False
    shutil.copytree(tmp_path / "whole" / "checkpoints", tmp_path / "resumed" / "checkpoints")
    shutil.rmtree(tmp_path / "resumed" / "checkpoints" / "checkpoint-4")
    resumed = pretrain(encoder, {"train": small_corpus(24)}, tmp_path / "resumed", resume=True, **run)
    assert "centering" not in resumed
    once, twice = (load_file(tmp_path / name / "model.safetensors") for name in ("whole", "resumed"))
    assert "concept_projection.weight" in once
    assert all(torch.equal(once[name], twice[name]) for name in once)
    backbone = AutoModel.from_pretrained(tmp_path / "whole" / "backbone")
    assert type(backbone) is type(AutoModel.from_pretrained(encoder))
