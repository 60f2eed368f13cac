"""The whole run as one function, for a notebook as for the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.small_corpus import small_corpus
from transformers import TrainerCallback

from nuner.trainers import pretrain

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
