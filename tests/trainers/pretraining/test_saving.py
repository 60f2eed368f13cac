"""What `ContrastiveTrainer` saves holds the tokenizers of both encoders, or is not there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import cast

import pytest
from support.small_corpus import small_trainer
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from nuner import EntityRecognizer
from nuner.modeling_nuner.recognition.bi_encoder_loading import CONCEPT_TOKENIZER, load_bi_encoder
from nuner.trainers.pretraining.concept_table import ConceptTable


@pytest.fixture
def concept_tokenizer(tiny_bert_dir: Path, tmp_path: Path) -> PreTrainedTokenizerBase:
    """Another tokenizer than that of the text encoder: the ids of its sub-words are in the opposite order."""
    folder = tmp_path / "other"
    shutil.copytree(tiny_bert_dir, folder)
    tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    special = {token["content"] for token in tokenizer["added_tokens"]}
    vocabulary = tokenizer["model"]["vocab"]
    words = [word for word in vocabulary if word not in special]
    ids = [vocabulary[word] for word in words]
    vocabulary.update(zip(words, reversed(ids), strict=True))
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    return AutoTokenizer.from_pretrained(folder)


def test_model_and_checkpoints_hold_the_concept_tokenizer(
    tiny_bert_dir: Path, tmp_path: Path, concept_tokenizer: PreTrainedTokenizerBase
) -> None:
    run, model = tmp_path / "run", tmp_path / "model"
    trainer = small_trainer(
        tiny_bert_dir,
        run,
        concept_processing_class=concept_tokenizer,
        save_strategy="steps",
        save_steps=1,
        max_steps=1,
    )
    trainer.train()
    trainer.save_model(str(model))
    place = cast(ConceptTable, trainer.concepts).names.index("city")
    for folder in (model, run / "checkpoint-1"):
        parts = load_bi_encoder(str(folder), "float32", "cpu")
        assert parts.concept_tokenizer("city")["input_ids"] == list(trainer.concepts.input_ids[place])
        assert parts.tokenizer("city")["input_ids"] != list(trainer.concepts.input_ids[place])


def test_a_recognizer_reads_its_labels_with_the_concept_tokenizer(
    tiny_bert_dir: Path, tmp_path: Path, concept_tokenizer: PreTrainedTokenizerBase
) -> None:
    trainer = small_trainer(
        tiny_bert_dir,
        tmp_path / "run",
        concept_processing_class=concept_tokenizer,
        num_train_epochs=15,
        learning_rate=5e-3,
    )
    trainer.train()
    assert trainer.calibrate() is not None
    model = tmp_path / "model"
    trainer.save_model(str(model))

    def found() -> list[tuple[str, str, float]]:
        recognizer = EntityRecognizer.from_pretrained(model, labels=["city", "company"])
        return [(entity["text"], entity["label"], entity["score"]) for entity in recognizer("acme visited paris")]

    with_it = found()
    assert [entity[:2] for entity in with_it] == [("acme", "company"), ("paris", "city")]
    shutil.rmtree(model / CONCEPT_TOKENIZER)
    assert found() != with_it


def test_a_failed_save_leaves_the_last_good_tokenizer(
    tiny_bert_dir: Path, tmp_path: Path, concept_tokenizer: PreTrainedTokenizerBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = small_trainer(tiny_bert_dir, tmp_path / "run", concept_processing_class=concept_tokenizer)
    model = tmp_path / "model"
    trainer.save_model(str(model))
    before = {path: path.read_bytes() for path in model.rglob("*") if path.is_file()}

    def disk_full(folder: Path) -> None:
        folder.mkdir()
        (folder / "tokenizer.json").write_text("half", encoding="utf-8")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(concept_tokenizer, "save_pretrained", disk_full)
    with pytest.raises(OSError, match="No space left"):
        trainer.save_model(str(model))
    assert {path: path.read_bytes() for path in model.rglob("*") if path.is_file()} == before


def test_a_model_without_one_does_not_take_over_that_of_an_earlier_model(
    tiny_bert_dir: Path, tmp_path: Path, concept_tokenizer: PreTrainedTokenizerBase
) -> None:
    model = tmp_path / "model"
    for tokenizer in (concept_tokenizer, None):
        trainer = small_trainer(tiny_bert_dir, tmp_path / "run", concept_processing_class=tokenizer)
        trainer.save_model(str(model))
        assert (model / CONCEPT_TOKENIZER).exists() is (tokenizer is not None)
    parts = load_bi_encoder(str(model), "float32", "cpu")
    assert parts.concept_tokenizer("city")["input_ids"] == parts.tokenizer("city")["input_ids"]
