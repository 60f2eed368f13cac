"""`nuner pretrain --objective token-classification`."""

import json

import pytest
import torch
from support.cli_runs import nuner
from support.small_corpus import small_corpus
from transformers import AutoModel

from nuner.hub_cards.facts.training_facts import TrainingFacts

TYPES = ["pretrain", "--objective", "token-classification", "--preset", "quickstart", "--no-bf16"]


@pytest.fixture
def corpus(tmp_path):
    small_corpus(60).to_json(tmp_path / "corpus.jsonl")
    return tmp_path / "corpus.jsonl"


def test_it_writes_an_encoder_with_its_card_and_the_figures(tiny_bert_dir, corpus, tmp_path):
    output = tmp_path / "out"
    small = ["--epochs", 1, "--batch-size", 8, "--frozen-layers", 1]
    result = nuner(*TYPES, "--text-encoder", tiny_bert_dir, "--corpus", corpus, "-o", output, *small)
    assert result.exit_code == 0, result.output
    assert f"{output / 'backbone'} (plain encoder)" in result.output and "bi-encoder" not in result.output
    before, after = (AutoModel.from_pretrained(path).state_dict() for path in (tiny_bert_dir, output / "backbone"))
    changed = {
        name.split(".")[2] for name in before if "layer." in name and not torch.equal(before[name], after[name])
    }
    assert changed == {"1"}
    assert (output / "backbone" / "README.md").is_file()
    assert json.loads((output / "pretraining.json").read_text())["settings"]["preset"]["name"] == "quickstart"
    assert TrainingFacts.load(output / "backbone") is not None
    again = nuner(*TYPES, "--text-encoder", tiny_bert_dir, "--corpus", corpus, "-o", output, *small)
    assert again.exit_code == 2 and "--resume" in again.output, again.output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--temperature", 3], "--temperature has no effect with --objective token-classification"),
        (["--concept-encoder", "x"], "--concept-encoder has no effect"),
        (["--frozen-layers", 2], "--frozen-layers is 2, and the encoder has 2 layers"),
    ],
)
def test_options_that_mean_nothing_or_too_much(tiny_bert_dir, corpus, tmp_path, options, message):
    result = nuner(*TYPES, "--text-encoder", tiny_bert_dir, "--corpus", corpus, "-o", tmp_path / "out", *options)
    assert result.exit_code == 2 and message in result.output, result.output


def test_too_many_concepts_name_the_option(tiny_bert_dir, tmp_path):
    result = nuner(*TYPES, "--text-encoder", tiny_bert_dir, "-o", tmp_path / "out")
    assert result.exit_code == 2 and "--max-concepts" in result.output, result.output
