"""The whole pre-training by types: an encoder that replaces its base, what stays as it was, and how a run goes on."""

import json

import pytest
import torch
from datasets import DatasetDict
from safetensors.torch import load_file
from support.small_corpus import small_corpus
from transformers import AutoModel, AutoTokenizer, TrainerCallback

from nuner.trainers import pretrain_types
from nuner.trainers.pretraining.resumption import OtherRunError

QUICK = {
    "preset": "quickstart",
    "num_train_epochs": 6,
    "per_device_train_batch_size": 8,
    "learning_rate": 3e-3,
    "frozen_share": 0.5,
    "tell": lambda line: None,
}


@pytest.fixture(scope="module")
def corpus():
    return DatasetDict({"train": small_corpus(80), "validation": small_corpus(30, seed=1)})


@pytest.fixture(scope="module")
def run(tiny_bert_dir, corpus, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return folder, pretrain_types(tiny_bert_dir, corpus, folder, **QUICK)


def test_the_encoder_replaces_its_base_and_its_lower_half_is_as_it_was(tiny_bert_dir, run):
    folder, _ = run
    base, trained = (AutoModel.from_pretrained(path) for path in (tiny_bert_dir, folder / "backbone"))
    assert type(base) is type(trained)
    before, after = base.state_dict(), trained.state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed and all(name.startswith(("encoder.layer.1.", "pooler")) for name in changed)
    words = [
        AutoTokenizer.from_pretrained(path)("paris")["input_ids"] for path in (tiny_bert_dir, folder / "backbone")
    ]
    assert words[0] == words[1]


def test_types_are_learnt_and_the_figures_say_so(run):
    folder, figures = run
    assert figures["validation"]["eval_token_f1"] > 0.8
    assert figures["types"][0] == "city" and "not_learnt" not in figures
    assert json.loads((folder / "pretraining.json").read_text())["settings"]["types"] == len(figures["types"])


def test_rare_types_weigh_more_unless_that_is_not_wanted(tiny_bert_dir, corpus, run, tmp_path):
    _, weighted = run
    plain = pretrain_types(tiny_bert_dir, corpus, tmp_path, **QUICK, class_weights=None)
    losses = [[entry["loss"] for entry in figures["log_history"] if "loss" in entry] for figures in (weighted, plain)]
    assert losses[0][0] != losses[1][0]


class _Stop(TrainerCallback):
    def on_epoch_end(self, args, state, control, **kwargs):
        if state.epoch >= 3:
            raise KeyboardInterrupt


def test_a_run_that_was_stopped_goes_on_and_ends_alike(tiny_bert_dir, corpus, run, tmp_path):
    whole, figures = run
    with pytest.raises(KeyboardInterrupt):
        pretrain_types(tiny_bert_dir, corpus, tmp_path, **QUICK, callbacks=[_Stop()])
    with pytest.raises(ValueError, match="holds checkpoints of an earlier run"):
        pretrain_types(tiny_bert_dir, corpus, tmp_path, **QUICK)
    with pytest.raises(OtherRunError, match="other settings"):
        pretrain_types(tiny_bert_dir, corpus, tmp_path, **{**QUICK, "learning_rate": 1e-3}, resume=True)
    said = []
    again = pretrain_types(tiny_bert_dir, corpus, tmp_path, **{**QUICK, "tell": said.append}, resume=True)
    assert "Going on from" in said[0]
    assert again["validation"]["eval_token_f1"] == figures["validation"]["eval_token_f1"]
    weights = [load_file(folder / "backbone" / "model.safetensors") for folder in (whole, tmp_path)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_what_has_not_learnt_is_said(tiny_bert_dir, corpus, tmp_path):
    other = corpus["validation"].map(lambda row: {"entities": [{**each, "concept": "x"} for each in row["entities"]]})
    splits = DatasetDict({"train": corpus["train"], "validation": other})
    figures = pretrain_types(tiny_bert_dir, splits, tmp_path, **{**QUICK, "num_train_epochs": 1})
    assert figures["not_learnt"].startswith("The run has not learnt: no token of the validation sentences")
    assert json.loads((tmp_path / "pretraining.json").read_text())["not_learnt"] == figures["not_learnt"]


def test_presets_that_do_not_exist(tiny_bert_dir, corpus, tmp_path):
    with pytest.raises(ValueError, match="There is no preset 'fast'; choose from base, paper, quickstart"):
        pretrain_types(tiny_bert_dir, corpus, tmp_path, preset="fast")
