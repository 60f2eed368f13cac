"""`nuner pretrain`."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest
import torch
from huggingface_hub import ModelCard
from safetensors.torch import load_file
from support.cli_runs import nuner, start_nuner
from support.small_disk import needs_small_disk, small_disk
from transformers import AutoModel, AutoTokenizer, BertModel

from nuner import NuNerForPreTraining
from nuner.hub_cards.facts.training_facts import TrainingFacts
from nuner.modeling_nuner.recognition.bi_encoder_loading import load_bi_encoder
from nuner.trainers.pretraining.arguments import preset_model_fields

SMALL = ["--max-examples", 60, "--frozen-layers", 1, "--batch-size", 8, "--no-bf16"]


@pytest.fixture(scope="module")
def pretrained(tiny_bert_dir, tmp_path_factory):
    output = tmp_path_factory.mktemp("pretrained") / "nuner"
    result = nuner("pretrain", "--text-encoder", tiny_bert_dir, *SMALL, "--epochs", 2, "-o", output)
    assert result.exit_code == 0, result.output
    return output, result.output


def test_it_writes_bi_encoder_backbone_and_figures(pretrained, tiny_bert_dir):
    output, printed = pretrained
    assert str(output / "backbone") in printed
    bi_encoder = NuNerForPreTraining.from_pretrained(output)
    backbone = AutoModel.from_pretrained(output / "backbone")
    assert type(backbone) is BertModel
    for name, weight in bi_encoder.nuner.encoder.state_dict().items():
        torch.testing.assert_close(backbone.state_dict()[name], weight)
    before = AutoModel.from_pretrained(tiny_bert_dir).state_dict()
    trained = "encoder.layer.1.output.dense.weight"
    assert not torch.equal(before[trained], backbone.state_dict()[trained])
    assert AutoTokenizer.from_pretrained(output / "backbone")("paris")["input_ids"]
    figures = json.loads((output / "pretraining.json").read_text())
    assert figures["settings"]["corpus"]["sentences"] == {"train": 55, "validation": 5}
    assert 0 <= figures["validation"]["eval_average_precision"] <= 1
    assert sorted(path.name for path in (output / "checkpoints").glob("checkpoint-*")) == [
        "checkpoint-14",
        "checkpoint-7",
    ]


def test_it_does_not_mix_two_runs(pretrained, tiny_bert_dir):
    output, _ = pretrained
    weights = (output / "model.safetensors").read_bytes()
    run = ["pretrain", "--text-encoder", tiny_bert_dir, *SMALL, "-o", output]
    result = nuner(*run, "--epochs", 2)
    assert result.exit_code == 2
    assert "--resume" in result.stderr
    result = nuner(*run, "--epochs", 3, "--resume")
    assert result.exit_code == 2
    assert "other settings (overrides)" in result.stderr
    assert (output / "model.safetensors").read_bytes() == weights


def test_resuming_ends_with_the_same_weights(pretrained, tiny_bert_dir, tmp_path):
    finished, _ = pretrained
    output = tmp_path / "nuner"
    shutil.copytree(finished / "checkpoints", output / "checkpoints")
    # As a kill in the middle of the second epoch's save leaves it.
    (output / "checkpoints" / "checkpoint-14" / "trainer_state.json").unlink()
    result = nuner("pretrain", "--text-encoder", tiny_bert_dir, *SMALL, "--epochs", 2, "-o", output, "--resume")
    assert result.exit_code == 0, result.output
    assert "checkpoint-7" in result.output
    once, twice = (load_file(folder / "model.safetensors") for folder in (finished, output))
    assert all(torch.equal(once[name], twice[name]) for name in once)


def test_resume_without_a_checkpoint_says_so(tiny_bert_dir, tmp_path):
    result = nuner("pretrain", "--text-encoder", tiny_bert_dir, *SMALL, "--max-steps", 1, "-o", tmp_path, "--resume")
    assert result.exit_code == 0, result.output
    assert "no complete checkpoint" in result.output.replace("\n", " ")


def test_a_run_that_has_not_learnt_ends_with_the_reason_and_1(tiny_bert_dir, tmp_path):
    run = ["pretrain", "--text-encoder", tiny_bert_dir, *SMALL, "--max-examples", 400, "--epochs", 1]
    result = nuner(*run, "--learning-rate", 1e-9, "-o", tmp_path / "nuner")
    assert result.exit_code == 1
    assert "\nError: The run has not learnt: after 1 epoch, average precision" in result.stderr
    assert "a learning rate above 1e-09." in result.stderr
    assert "Written: " in result.output
    figures = json.loads((tmp_path / "nuner" / "pretraining.json").read_text())
    for folder in (tmp_path / "nuner", tmp_path / "nuner" / "backbone"):
        assert f"> **Warning.** {figures['not_learnt']}" in (folder / "README.md").read_text()
    assert list((tmp_path / "nuner" / "checkpoints").glob("checkpoint-*/manifest.json"))


def test_more_frozen_layers_than_there_are_name_option_and_preset(tiny_bert_dir, tmp_path):
    result = nuner("pretrain", "--text-encoder", tiny_bert_dir, "--max-examples", 60, "-o", tmp_path / "nuner")
    assert result.exit_code == 2
    assert "(--frozen-layers) is 6, and the encoder has 2 layers" in result.stderr


def test_another_concept_encoder_keeps_its_tokenizer(tiny_bert_dir, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(tiny_bert_dir, other)
    output = tmp_path / "nuner"
    options = ["--concept-encoder", other, "--concept-pooling", "mean", "--temperature", 2, "--max-steps", 2]
    result = nuner("pretrain", "--text-encoder", tiny_bert_dir, *SMALL, *options, "-o", output)
    assert result.exit_code == 0, result.output
    config = NuNerForPreTraining.from_pretrained(output).config
    assert (config.concept_pooling, config.temperature) == ("mean", 2)
    assert AutoTokenizer.from_pretrained(output / "concept_tokenizer")("city")["input_ids"]
    assert json.loads((output / "pretraining.json").read_text())["calibration"]["threshold"] == config.score_threshold
    parts = load_bi_encoder(str(output), "float32", "cpu")
    assert parts.concept_tokenizer is not parts.tokenizer


def test_ctrl_c_leaves_a_whole_checkpoint_and_says_how_to_go_on(tiny_bert_dir, tmp_path):
    run = ["pretrain", "--text-encoder", tiny_bert_dir, *SMALL, "--epochs", 500, "--save-steps", 5, "-o", "nuner"]
    process = start_nuner(*run, cwd=tmp_path)
    checkpoints = tmp_path / "nuner" / "checkpoints"
    deadline = time.monotonic() + 120
    while not list(checkpoints.glob("checkpoint-*/trainer_state.json")):
        assert process.poll() is None, process.stderr and process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert "is whole; the same command with --resume goes on from it." in stderr
    assert "Traceback" not in stderr
    named = stderr.split("The checkpoint ")[1].split(" is whole")[0]
    state = json.loads((tmp_path / named / "trainer_state.json").read_text())
    assert state["global_step"] >= 5
    assert load_file(tmp_path / named / "model.safetensors")


@needs_small_disk
def test_a_full_disk_leaves_the_last_checkpoint_whole(tiny_bert_dir, tmp_path):
    disk = tmp_path / "disk"
    # Room for one checkpoint of about half a megabyte, and not for a second one.
    with small_disk(disk, "1200k"):
        run = ["pretrain", "--text-encoder", tiny_bert_dir, *SMALL, "--epochs", 5, "-o", disk / "nuner"]
        process = start_nuner(*run)
        _, stderr = process.communicate(timeout=120)
        assert process.returncode == 1, stderr
        assert stderr.splitlines()[-1].startswith("Error: the disk is full.")
        assert "Traceback" not in stderr
        checkpoint = disk / "nuner" / "checkpoints" / "checkpoint-7"
        assert json.loads((checkpoint / "trainer_state.json").read_text())["global_step"] == 7
        assert load_file(checkpoint / "model.safetensors")


def test_under_torchrun_one_process_speaks(tiny_bert_dir, tmp_path):
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    run = ["pretrain", "--text-encoder", tiny_bert_dir, *SMALL, "--max-steps", 2, "-o", tmp_path / "nuner"]
    done = subprocess.run(
        [*launcher, "-m", "nuner.cli", *map(str, run)],
        env={**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.count("Corpus bundled") == 1
    assert done.stdout.count("Written: ") == 1
    figures = json.loads((tmp_path / "nuner" / "pretraining.json").read_text())
    assert figures["settings"]["processes"] == 2


def test_the_preset_brings_its_model_fields(tiny_bert_dir, tmp_path):
    options = ["--preset", "quickstart", "--frozen-concept-layers", 1, "--max-steps", 1]
    result = nuner("pretrain", "--text-encoder", tiny_bert_dir, *SMALL, *options, "-o", tmp_path)
    assert result.exit_code == 0, result.output
    config = NuNerForPreTraining.from_pretrained(tmp_path).config
    assert {field: getattr(config, field) for field in preset_model_fields("quickstart")} == preset_model_fields(
        "quickstart"
    )


def test_the_bundled_corpus_in_other_languages_is_on_the_card(tiny_bert_dir, tmp_path):
    options = ["--language", "fr", "--language", "nl", "--max-annotations", 300, "--max-steps", 1]
    result = nuner("pretrain", "--text-encoder", tiny_bert_dir, *SMALL, *options, "-o", tmp_path / "nuner")
    assert result.exit_code == 0, result.output
    chosen = json.loads((tmp_path / "nuner" / "pretraining.json").read_text())["settings"]["corpus"]
    assert (chosen["languages"], chosen["max_annotations"]) == (["fr", "nl"], 300)
    assert "sources" not in chosen  # what is not used is no setting that another run could differ in
    for folder in (tmp_path / "nuner", tmp_path / "nuner" / "backbone"):
        assert TrainingFacts.load(folder).languages == ["fr", "nl"]
        assert ModelCard.load(folder / "README.md").data.get("language") == ["fr", "nl"]


def test_a_language_or_source_that_the_corpus_lacks_is_one_sentence(tiny_bert_dir, tmp_path):
    for options, said in (
        (["--language", "de"], "Error: The bundled corpus has no text in 'de': its languages are en, es, fr, it, "),
        (["--source", "botanny"], "Error: The corpus from bundled has nothing from 'botanny': the nearest of its "),
    ):
        result = nuner("pretrain", "--text-encoder", tiny_bert_dir, *options, "-o", tmp_path / "nuner")
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
        assert result.stderr.startswith(said)
    assert not (tmp_path / "nuner" / "config.json").exists()


def test_a_part_of_the_validation_sentences_is_measured_and_the_card_says_so(tiny_bert_dir, tmp_path):
    run = ["pretrain", "--text-encoder", tiny_bert_dir, *SMALL, "--max-examples", 200, "--max-steps", 2]
    result = nuner(*run, "--max-eval-samples", 7, "-o", tmp_path)
    assert result.exit_code == 0, result.output
    assert "Validation: a random part of 7 sentences are measured (--max-eval-samples)" in result.output
    said = (tmp_path / "README.md").read_text()
    assert re.search(r"\(\d\d sentences, a random part of 7 of which was measured\)", " ".join(said.split()))


def test_a_corpus_can_be_read_while_the_model_learns(tiny_bert_dir, tmp_path):
    run = ["pretrain", "--text-encoder", tiny_bert_dir, *SMALL, "--streaming", "-o", tmp_path]
    assert "--streaming needs --max-steps" in nuner(*run).stderr
    result = nuner(*run, "--max-steps", 3, "--max-eval-samples", 4)
    assert result.exit_code == 0, result.output
    assert "the first 4 sentences are measured" in result.output
    figures = json.loads((tmp_path / "pretraining.json").read_text())
    assert figures["settings"]["corpus"]["sentences"] == {"train": None, "validation": None}
    assert 0 <= figures["validation"]["eval_average_precision"] <= 1
    assert AutoModel.from_pretrained(tmp_path / "backbone")
    assert "Loading the libraries ..." in result.output
