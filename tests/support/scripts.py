"""Sentences in scripts that do not show where a word ends, and tiny encoders that read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

# Entities stand in brackets, their type behind a bar.
_MARKED = {
    "zh": ["我在[北京|city]的[清华大学|org]学习。", "[王小明|person]昨天从[上海|city]飞往[北京|city]。"],
    "ja": ["[田中|person]さんは[東京|city]に住んでいます。", "昨日[ソニー|org]が[大阪|city]で発表した。"],
    "th": ["[สมชาย|person]ไปทำงานที่[กรุงเทพ|city]ทุกวัน", "ฉันชอบ[เชียงใหม่|city]มาก"],
    "ko": [
        "[김철수|person]는 [서울|city]에서 [삼성전자|org]에 다닌다.",
        "[부산|city]으로 가는 [이영희|person]를 만났다.",
    ],
    "lo": ["ຂ້ອຍຢູ່[ວຽງຈັນ|city]ກັບ[ສົມຊາຍ|person]"],
    "km": ["ខ្ញុំរស់នៅ[ភ្នំពេញ|city]ជាមួយ[សុខា|person]"],
    "my": ["ကျွန်တော်[ရန်ကုန်|city]မှာ[အောင်|person]နဲ့နေတယ်။"],
    "hi": ["[राम|person] [दिल्ली|city] में रहता है।"],
    "en": ["\ufeff[Ada|person] left [New\u200bYork|city], (U.S.) \u200b today."],
}

KINDS = ("word-piece", "sentence-piece", "byte-level")


def labelled_sentences() -> list[dict[str, Any]]:
    """Rows with `text` and `entities`, in nine languages."""
    rows: list[dict[str, Any]] = []
    for marked in (sentence for sentences in _MARKED.values() for sentence in sentences):
        text, entities = "", []
        for piece in marked.replace("]", "[").split("["):
            name, bar, label = piece.partition("|")
            if bar:
                entities.append({"start": len(text), "end": len(text) + len(name), "label": label})
            text += name
        rows.append({"text": text, "entities": entities})
    return rows


def write_labelled(folder: Path) -> Path:
    """Write the sentences as a data set whose test split is its training split."""
    folder.mkdir(parents=True)
    lines = "".join(json.dumps(row) + "\n" for row in labelled_sentences())
    for split in ("train", "test"):
        (folder / f"{split}.jsonl").write_text(lines, encoding="utf-8")
    return folder


def trained_tokenizer(kind: str, texts: list[str]) -> Tokenizer:
    """Train a tokenizer of one of `KINDS`."""
    special = ["<pad>", "<unk>", "<s>", "</s>"]
    if kind == "word-piece":
        tokenizer = Tokenizer(models.WordPiece(unk_token="<unk>"))  # pyright: ignore[reportCallIssue]
        tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        trainer: Any = trainers.WordPieceTrainer(vocab_size=600, special_tokens=special)
    elif kind == "sentence-piece":
        tokenizer = Tokenizer(models.Unigram())
        tokenizer.normalizer = normalizers.NFKC()
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
        )
        trainer = trainers.UnigramTrainer(vocab_size=600, special_tokens=special, unk_token="<unk>")
    else:
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(vocab_size=600, special_tokens=special, initial_alphabet=alphabet)
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 2), ("</s>", 3)]
    )
    return tokenizer


def save_encoder(kind: str, folder: Path) -> Path:
    """Write a tiny random BERT with a tokenizer of one of `KINDS`."""
    tokenizer = trained_tokenizer(kind, [row["text"] for row in labelled_sentences()])
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>", cls_token="<s>", sep_token="</s>"
    ).save_pretrained(folder)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = BertConfig(
            vocab_size=tokenizer.get_vocab_size(),
            hidden_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=128,
            max_position_embeddings=256,
        )
        BertModel(config).save_pretrained(folder)
    return folder
