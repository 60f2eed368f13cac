"""A folder or file of each kind that a command may be given, right or wrong."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from datasets import Dataset, DatasetDict
from support.labelled_cities import NAMES, city_sentences
from support.small_models import save_small_model
from support.tiny_bi_encoder import save_tiny_bi_encoder
from support.tiny_recognizer import save_tiny_recognizer
from transformers import AutoTokenizer

from nuner import NuNerForTokenClassification, save_adapters
from nuner.data_builders.annotation.store.store import AnnotationStore
from nuner.trainers.fine_tuning.adapters import add_adapters

# Kind -> what it is called in messages.
KINDS = {
    "bi-encoder": "a bi-encoder",
    "backbone": "an encoder",
    "encoder": "an encoder",
    "recognizer": "a recognizer",
    "two-layer": "a recognizer",
    "export": "an export",
    "adapters": "adapters",
    "tokenizer": "a tokenizer",
    "interrupted": "the checkpoints of a run",
    "store": "an annotation store",
    "corpus": "an annotated corpus",
    "corpus.jsonl": "an annotated corpus",
    "labelled": "a labelled data set",
    "saved-to-disk": "a labelled data set",
    "labelled.jsonl": "a labelled data set",
}


def write_every_kind(tiny_bert_dir: Path, folder: Path) -> Path:
    """Write one of each of `KINDS` under its name, and `texts.txt`.

    Args:
        tiny_bert_dir: The fixture's encoder.
        folder: Where to write.

    Returns:
        The folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(tiny_bert_dir, folder / "encoder")
    save_tiny_bi_encoder(tiny_bert_dir, folder / "bi-encoder")
    save_tiny_recognizer(tiny_bert_dir, folder / "recognizer")
    for kind in ("backbone", "two-layer"):
        save_small_model(kind, tiny_bert_dir, folder / kind)
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert_dir)
    tokenizer.save_pretrained(folder / "tokenizer")
    model = NuNerForTokenClassification.from_encoder(tiny_bert_dir, ["O", "city"])
    save_adapters(add_adapters(model, folder / "encoder", rank=2, dropout=0.0), tokenizer, folder / "adapters")
    # What tells an export: the files of a recognizer, with another format's in place of the weights.
    shutil.copytree(folder / "recognizer", folder / "export", ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "export" / "model.onnx").write_bytes(b"")
    shutil.copytree(folder / "bi-encoder", folder / "interrupted" / "checkpoints" / "checkpoint-10")
    AnnotationStore(folder / "store").close()
    _write_data(folder)
    (folder / "texts.txt").write_text("acme works in paris\n", encoding="utf-8")
    return folder


def _write_data(folder: Path) -> None:
    entity = {"start": 0, "end": 4, "text": "acme", "concept": "company", "description": ""}
    rows: list[dict[str, Any]] = [
        {"id": str(i), "text": f"acme paid order {i}", "language": "en", "source": "test", "entities": [entity]}
        for i in range(40)
    ]
    _write_lines(folder / "corpus.jsonl", rows)
    (folder / "corpus").mkdir()
    Dataset.from_list(rows).to_parquet(folder / "corpus" / "train-00000-of-00001.parquet")
    (folder / "labelled").mkdir()
    splits = DatasetDict({"train": city_sentences(24), "test": city_sentences(6)})
    splits.save_to_disk(folder / "saved-to-disk")
    for split, part in splits.items():
        tagged = [{"tokens": row["tokens"], "tags": [NAMES[tag] for tag in row["ner_tags"]]} for row in part.to_list()]
        _write_lines(folder / "labelled" / f"{split}.jsonl", tagged)
    shutil.copyfile(folder / "labelled" / "train.jsonl", folder / "labelled.jsonl")


def _write_lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
