"""A folder in which the examples of the documentation run: tiny models and data under the names that they use.

`roberta-base` is a folder there, and `from_pretrained` looks for a folder of that name before it asks the Hub.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from tokenizers import ByteLevelBPETokenizer
from transformers import AutoTokenizer, RobertaConfig, RobertaForTokenClassification, RobertaModel, RobertaTokenizer

from nuner import NuNerForPreTraining, load_labelled
from nuner.data_builders import CORPUS_FEATURES, entity_types, sentence_id, validate_record

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
MODEL = "gpt-4.1-mini"
TEXTS = [
    "Ada lives in Paris.",
    "My PixelPad 7 keeps rebooting since update 12.4.",
    "The refund of order 4411 is late.",
]

_TASKS = [
    {
        "data": {"text": "Ada lives in Paris."},
        "annotations": [
            {"result": [{"type": "labels", "value": {"start": 13, "end": 18, "text": "Paris", "labels": ["city"]}}]}
        ],
    }
]


def build_world(folder: Path) -> None:
    """Write all that the examples name.

    Args:
        folder: Where to write; everything in it is small enough to be copied for each page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tickets = load_labelled("support-tickets")
    _write_encoder(folder / "roberta-base", [" ".join(row["tokens"]) for row in tickets["train"].to_list()])
    tokenizer = AutoTokenizer.from_pretrained(folder / "roberta-base")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        bi_encoder = NuNerForPreTraining.from_encoders(
            folder / "roberta-base", concept_pooling="mean", score_scale=0.5, score_bias=-0.3, score_threshold=0.4
        )
        for name in ("nuner-roberta", "nuner-quickstart/pretraining", "runs/nuner"):
            bi_encoder.save_pretrained(folder / name)
            tokenizer.save_pretrained(folder / name)
        shutil.copytree(folder / "roberta-base", folder / "runs/nuner/backbone")
        _write_recognizer(folder / "recognizer", folder, ["O", "city", "drug", *entity_types(tickets["train"])])
        _write_recognizer(folder / "recognizer-iob2", folder, ["O", "B-city", "I-city", "B-drug", "I-drug"])
    for name in ("my-data", "data/mit_movie"):
        _write_labelled(folder / name)
    _write_lines(folder / "texts.txt", TEXTS)
    _write_lines(folder / "notes.txt", [*TEXTS, "Grace Hopper wrote a compiler in 1952, and then another."])
    _write_lines(folder / "endless.log", TEXTS)
    _write_lines(folder / "my-texts.txt", TEXTS)
    _write_lines(folder / "reviews.jsonl", [json.dumps({"text": text}) for text in TEXTS])
    _write_lines(folder / "tasks.json", [json.dumps(_TASKS)])
    _write_lines(folder / "types.yaml", ["types:", "- {name: city, description: a town}", "- drug"])
    _write_corpus(folder)


def _write_encoder(folder: Path, texts: list[str]) -> None:
    trained = ByteLevelBPETokenizer(add_prefix_space=True)
    trained.train_from_iterator(texts, vocab_size=1000, special_tokens=SPECIAL, show_progress=False)
    folder.mkdir(parents=True)
    trained.save_model(str(folder))
    tokenizer = RobertaTokenizer.from_pretrained(folder, add_prefix_space=True, model_max_length=512)
    tokenizer.save_pretrained(folder)
    # Seven layers, since the preset `paper` freezes six; 514 positions, of which RoBERTa does not use the first two.
    config = RobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=7,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=514,
        type_vocab_size=1,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        RobertaModel(config).save_pretrained(folder)
    for name in ("vocab.json", "merges.txt"):
        (folder / name).unlink(missing_ok=True)


def _write_recognizer(folder: Path, world: Path, labels: list[str]) -> None:
    model: Any = RobertaForTokenClassification.from_pretrained(
        world / "roberta-base",
        num_hidden_layers=1,
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
    )
    torch.nn.init.normal_(model.classifier.weight)
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(world / "roberta-base").save_pretrained(folder)


def _write_labelled(folder: Path) -> None:
    folder.mkdir(parents=True)
    for split, names in (("train", ["Paris", "Rome", "Oslo", "Bonn"] * 40), ("test", ["Paris", "Kyiv"])):
        rows = [
            {"tokens": ["Ada", "takes", drug, "in", city], "tags": ["O", "O", "B-drug", "O", "B-city"]}
            for city in names
            for drug in ("aspirin", "ibuprofen")
        ]
        _write_lines(folder / f"{split}.jsonl", [json.dumps(row) for row in rows])


def _write_corpus(folder: Path) -> None:
    rows = []
    for text, name, concept in (
        ("Ada lives in Paris.", "Paris", "city"),
        ("Bo met Ada in Rome.", "Ada", "person"),
        ("Acme sells lamps in Oslo.", "Acme", "company"),
    ):
        start = text.index(name)
        rows.append(
            {"text": text, "entities": [{"start": start, "end": start + len(name), "text": name, "concept": concept}]}
        )
    _write_lines(folder / "mine.jsonl", [json.dumps(row) for row in rows])
    whole = [validate_record({**row, "id": sentence_id(row["text"])}) for row in rows]
    (folder / "corpus").mkdir()
    Dataset.from_list(whole, features=CORPUS_FEATURES).to_parquet(folder / "corpus/train-00000-of-00001.parquet")


def _write_lines(file: Path, lines: list[str]) -> None:
    file.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
