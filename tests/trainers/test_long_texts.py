"""RoBERTa's 514 positions hold 512 tokens: no place that makes inputs gives it more."""

from typing import Any

import pytest
import torch
from datasets import Dataset
from support.labelled_cities import FEATURES
from support.tiny_recognizer import places
from transformers import AutoTokenizer, RobertaConfig, RobertaModel

from nuner import (
    ContrastiveTrainer,
    ContrastiveTrainingArguments,
    EntityRecognizer,
    FineTuningArguments,
    NuNerForPreTraining,
    NuNerForTokenClassification,
    export_recognizer,
    save_recognizer,
)
from nuner.trainers import TokenClassificationTrainer, TokenFeatures

LONG = "paris visited london and the acme order " * 40


@pytest.fixture(scope="module")
def roberta(tiny_bert_dir, tmp_path_factory):
    folder = tmp_path_factory.mktemp("roberta")
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert_dir)
    tokenizer.model_max_length = 10**30
    tokenizer.save_pretrained(folder)
    sizes: dict[str, Any] = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    # Positions begin behind that of padding, which the vocabulary has in place 0.
    sizes |= {"intermediate_size": 64, "max_position_embeddings": 65, "pad_token_id": 0}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = RobertaConfig(vocab_size=len(tokenizer), **sizes)
        RobertaModel(config).save_pretrained(folder)
    return folder


def test_pretraining_and_types_with_long_names(roberta, tmp_path):
    entities = [{"start": 0, "end": 5, "text": "paris", "concept": LONG}]
    rows = Dataset.from_list([{"text": LONG, "entities": entities}] * 2)
    tokenizer = AutoTokenizer.from_pretrained(roberta)
    trainer: Any = ContrastiveTrainer(
        model=NuNerForPreTraining.from_encoders(roberta),
        args=ContrastiveTrainingArguments(
            output_dir=str(tmp_path), max_length=512, max_concept_length=512, max_steps=1, report_to="none"
        ),
        train_dataset=rows,
        processing_class=tokenizer,
    )
    trainer.train()
    trainer.save_model(str(tmp_path / "bi"))
    recognizer = EntityRecognizer.from_pretrained(tmp_path / "bi", labels=["city", LONG], threshold=0.01)
    assert recognizer(LONG)[-1]["end"] > len(LONG) - 30


def test_fine_tuning_recognition_and_exports(roberta, tmp_path):
    words = LONG.split()
    rows = Dataset.from_list(
        [{"tokens": words, "ner_tags": [int(word == "paris") for word in words]}], features=FEATURES
    )
    tokenizer = AutoTokenizer.from_pretrained(roberta)
    trainer: Any = TokenClassificationTrainer(
        NuNerForTokenClassification.from_encoder(roberta, FEATURES["ner_tags"].feature.names),
        FineTuningArguments(output_dir=str(tmp_path), max_length=512, max_steps=30, learning_rate=0.01),
        rows,
        processing_class=tokenizer,
    )
    trainer.train()
    assert trainer.evaluate(rows)["eval_f1"] > 0.9
    save_recognizer(trainer.model, tokenizer, tmp_path / "recognizer")
    found = EntityRecognizer.from_pretrained(tmp_path / "recognizer")(LONG)
    assert found[-1]["end"] > len(LONG) - 60
    for file_format in ("onnx", "openvino"):
        export_recognizer(tmp_path / "recognizer", tmp_path / file_format, [LONG], file_format=file_format)
        exported = EntityRecognizer.from_pretrained(tmp_path / file_format, file_format)
        assert places([exported(LONG)]) == places([found])
    with pytest.raises(ValueError, match="reads at most 64 tokens"):
        EntityRecognizer.from_pretrained(tmp_path / "recognizer", max_length=66)


def test_word_vectors(roberta):
    vectors = TokenFeatures(roberta, max_length=512)([LONG.split()])
    assert len(vectors.word) == 62 and vectors.truncated == len(LONG.split()) - 62
