"""A training script of somebody else's, such as transformers' example for token classification, runs unchanged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.hub_processes import WITHOUT_NUNER
from support.labelled_cities import NAMES, city_sentences
from support.small_models import save_small_model

# The calls of such a script: it knows a folder, and nothing of this package, which cannot even be imported.
SCRIPT = """
import sys
import numpy as np
from datasets import load_dataset
from transformers import (
    AutoConfig, AutoModelForTokenClassification, AutoTokenizer, DataCollatorForTokenClassification, Trainer,
    TrainingArguments, pipeline,
)

folder, own_code = sys.argv[1], sys.argv[2] == "own code"
data = load_dataset("json", data_files={"train": "train.json", "validation": "validation.json"}, cache_dir="cache")
names = sorted({tag for tags in data["train"]["ner_tags"] for tag in tags})
config = AutoConfig.from_pretrained(
    folder, num_labels=len(names), finetuning_task="ner", revision="main", trust_remote_code=own_code
)
tokenizer = AutoTokenizer.from_pretrained(folder, use_fast=True, revision="main", trust_remote_code=own_code)
model = AutoModelForTokenClassification.from_pretrained(
    folder, from_tf=False, config=config, revision="main", trust_remote_code=own_code, ignore_mismatched_sizes=True
)
model.config.id2label = dict(enumerate(names))
model.config.label2id = {name: number for number, name in enumerate(names)}


def with_labels(rows):
    tokens = tokenizer(rows["tokens"], truncation=True, max_length=32, is_split_into_words=True)
    tokens["labels"] = [
        [-100 if word is None else names.index(tags[word]) for word in tokens.word_ids(batch_index=i)]
        for i, tags in enumerate(rows["ner_tags"])
    ]
    return tokens


data = data.map(with_labels, batched=True)


def accuracy(predictions):
    wanted = predictions.label_ids != -100
    return {"accuracy": float((predictions.predictions.argmax(-1) == predictions.label_ids)[wanted].mean())}


trainer = Trainer(
    model=model,
    args=TrainingArguments(
        "trained", num_train_epochs=8, learning_rate=1e-2, per_device_train_batch_size=8, report_to=[], seed=1,
        save_strategy="epoch", eval_strategy="epoch", load_best_model_at_end=True, use_cpu=True, disable_tqdm=True,
    ),
    train_dataset=data["train"],
    eval_dataset=data["validation"],
    processing_class=tokenizer,
    data_collator=DataCollatorForTokenClassification(tokenizer),
    compute_metrics=accuracy,
)
trainer.train()
trainer.save_model()
print("accuracy", trainer.evaluate()["eval_accuracy"])
trainer.create_model_card(finetuned_from=folder, tasks="token-classification")
ner = pipeline("ner", model="trained", trust_remote_code=own_code, aggregation_strategy="first")
print("found", [entity["word"] for entity in ner("anna lives in paris")])
"""


@pytest.mark.parametrize("kind", ["bi-encoder", "backbone", "recognizer", "two-layer"])
def test_token_classification(tiny_bert_dir: Path, tmp_path: Path, kind: str) -> None:
    save_small_model(kind, tiny_bert_dir, tmp_path / "model")
    for split, number in (("train", 48), ("validation", 6)):
        rows = [
            json.dumps({"tokens": row["tokens"], "ner_tags": [NAMES[tag] for tag in row["ner_tags"]]})
            for row in city_sentences(number).to_list()
        ]
        (tmp_path / f"{split}.json").write_text("\n".join(rows), encoding="utf-8")
    own_code = "own code" if kind in ("bi-encoder", "two-layer") else "none"
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_NUNER + SCRIPT, "model", own_code],
        cwd=tmp_path,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hf"), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines() if line.startswith(("accuracy ", "found ")))
    assert float(said["accuracy"]) > 0.9
    assert said["found"] == "['paris']"
