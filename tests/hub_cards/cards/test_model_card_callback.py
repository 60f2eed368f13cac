import json
from pathlib import Path

import pytest
from datasets import Dataset
from transformers import AutoTokenizer

from nuner import ContrastiveTrainer, ContrastiveTrainingArguments, NuNerForPreTraining
from nuner.hub_cards import ModelCardCallback, Source, TrainingData, TrainingFacts, check_card


def sentences(number: int) -> Dataset:
    entity = {"start": 0, "end": 5, "text": "paris", "concept": "city"}
    return Dataset.from_list([{"text": "paris in london", "entities": [entity]} for _ in range(number)])


def trainer(encoder: Path, output: Path, callback: ModelCardCallback | None, **arguments) -> ContrastiveTrainer:
    args = ContrastiveTrainingArguments(
        output_dir=str(output),
        **{"num_train_epochs": 2, "per_device_train_batch_size": 4, "logging_steps": 1, "save_strategy": "epoch"},
        eval_strategy="epoch",
        num_frozen_text_layers=1,
        use_cpu=True,
        report_to="none",
        **arguments,
    )
    return ContrastiveTrainer(
        model=NuNerForPreTraining.from_encoders(encoder),
        args=args,
        train_dataset=sentences(8),
        eval_dataset=sentences(4),
        processing_class=AutoTokenizer.from_pretrained(encoder),
        callbacks=[callback] if callback else [],
    )


def facts_in(folder: Path) -> dict:
    return json.loads((folder / "training_facts.json").read_text(encoding="utf-8"))


def test_a_training_writes_its_card_at_each_save(tiny_bert_dir, tmp_path):
    known = TrainingFacts(data=TrainingData(Source("Sentences"), {"train": 8}), scored_on="validation")
    run = trainer(tiny_bert_dir, tmp_path / "run", ModelCardCallback(known))
    run.train()
    run.save_model(str(tmp_path / "model"))
    half, whole = facts_in(tmp_path / "run" / "checkpoint-2"), facts_in(tmp_path / "model")
    assert [entry["step"] for entry in half["history"]] == [1, 2]
    assert [entry["step"] for entry in whole["history"]] == [1, 2, 3, 4]
    assert all("loss" in entry for entry in whole["history"])
    assert "eval_average_precision" in whole["history"][3]
    assert whole["scores"]["average_precision"] == whole["history"][3]["eval_average_precision"]
    assert whole["text_encoder"] == {"name": tiny_bert_dir.name, "hub_id": None}
    assert whole["hyperparameters"]["num_frozen_text_layers"] == 1
    assert whole["hyperparameters"]["temperature"] == 5.0
    assert whole["training_seconds"] > 0
    assert str(tmp_path) not in json.dumps(whole) and str(tiny_bert_dir) not in json.dumps(whole)
    for folder in (tmp_path / "run" / "checkpoint-4", tmp_path / "model"):
        check_card(folder)


def test_a_resumed_training_counts_all_of_its_time(tiny_bert_dir, tmp_path):
    trainer(tiny_bert_dir, tmp_path, ModelCardCallback()).train()
    checkpoint = tmp_path / "checkpoint-2"
    facts = TrainingFacts.load(checkpoint)
    facts.training_seconds = 1000.0
    facts.save(checkpoint)
    again = ModelCardCallback()
    trainer(tiny_bert_dir, tmp_path, again).train(resume_from_checkpoint=str(checkpoint))
    assert again.facts.training_seconds is not None and 1000 <= again.facts.training_seconds < 1300
    assert [entry["step"] for entry in again.facts.history] == [1, 2, 3, 4]


@pytest.mark.parametrize("recorded", [True, False])
def test_create_model_card_gives_our_card(tiny_bert_dir, tmp_path, recorded):
    run = trainer(tiny_bert_dir, tmp_path, ModelCardCallback() if recorded else None, max_steps=1)
    run.train()
    run.save_model()
    run.create_model_card(license="mit", language="en")
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "license: mit" in card
    assert ("NuNER bi-encoder" in card) == recorded
