"""`nuner finetune`."""

import json
import subprocess
import sys

import pytest
from support.cli_runs import nuner
from support.tiny_bi_encoder import save_tiny_bi_encoder

from nuner import NuNerForTokenClassification, run_finetuning


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "cities"
    folder.mkdir()
    sentences = [
        {"tokens": ["the", "order", "in", city], "tags": ["O", "O", "O", "B-city"]}
        for city in ("paris", "london", "berlin")
    ]
    for split, times in (("train", 8), ("test", 2)):
        lines = [json.dumps(sentence) + "\n" for sentence in sentences * times]
        (folder / f"{split}.jsonl").write_text("".join(lines))
    return folder


def finetune(tiny_bert_dir, data, output, *options):
    rate = ["--learning-rate", 5e-3, "--epochs", 8]
    result = nuner("finetune", tiny_bert_dir, "--data", data, "-o", output, *rate, *options)
    assert result.exit_code == 0, result.output
    return result.output.replace("\n", " ")


def test_one_layer_becomes_a_plain_checkpoint_that_needs_no_nuner(tiny_bert_dir, data, tmp_path):
    output = tmp_path / "out"
    printed = finetune(tiny_bert_dir, data, output)
    assert "(BertForTokenClassification, plain transformers)" in printed
    figures = json.loads((output / "finetuning.json").read_text())
    assert figures["test"]["eval_f1"] == 1.0 and figures["classifier_init"] == "random"
    assert "100.00" in printed
    script = (
        "import sys; sys.modules['nuner'] = None\n"
        "from transformers import pipeline\n"
        f"ner = pipeline('ner', model={str(output)!r}, aggregation_strategy='first')\n"
        "print([(e['entity_group'], e['word']) for e in ner('the order in berlin')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[('city', 'berlin')]"
    assert not list(output.glob("*.py"))


def test_a_bi_encoder_knows_the_names_of_the_types(tiny_bert_dir, data, tmp_path):
    finetune(save_tiny_bi_encoder(tiny_bert_dir, tmp_path / "bi"), data, tmp_path / "out")
    figures = json.loads((tmp_path / "out" / "finetuning.json").read_text())
    assert figures["classifier_init"] == "names" and figures["test"]["eval_f1"] == 1.0


def test_two_layers_travel_with_their_code(tiny_bert_dir, data, tmp_path):
    output = tmp_path / "out"
    printed = finetune(tiny_bert_dir, data, output, "--preset", "section-6")
    assert "NuNerForTokenClassification, needs this package" in printed
    assert NuNerForTokenClassification.from_pretrained(output).config.num_classifier_layers == 2
    assert (output / "modeling_nuner.py").exists()


def test_k_and_seed_choose_the_sample(tiny_bert_dir, data, tmp_path):
    finetune(tiny_bert_dir, data, tmp_path / "out", "--k", 4, "--seed", 3, "--epochs", 1)
    figures = json.loads((tmp_path / "out" / "finetuning.json").read_text())
    assert (figures["k"], figures["seed"], figures["test_sentences"]) == (4, 3, 6)
    assert 4 <= figures["train_sentences"] <= 8


def test_the_command_and_the_function_do_the_same(tiny_bert_dir, data, tmp_path):
    finetune(tiny_bert_dir, data, tmp_path / "command", "--k", 4)
    figures = run_finetuning(
        str(tiny_bert_dir),
        data,
        tmp_path / "function",
        k=4,
        learning_rate=5e-3,
        num_train_epochs=8,
        per_device_train_batch_size=None,
        class_weights=None,
        early_stopping_patience=None,
    )
    of_command = json.loads((tmp_path / "command" / "finetuning.json").read_text(encoding="utf-8"))
    for scores in (figures["test"], of_command["test"]):
        for name in [name for name in scores if name.endswith(("_runtime", "_per_second"))]:
            del scores[name]
    assert figures == of_command
    card = {"README.md", "training_facts.json"}
    written = {file.name for file in (tmp_path / "function").iterdir()}
    assert {file.name for file in (tmp_path / "command").iterdir()} == written | card
    for name in written - {"finetuning.json"}:
        assert (tmp_path / "command" / name).read_bytes() == (tmp_path / "function" / name).read_bytes()


def test_one_file_is_enough(tiny_bert_dir, data, tmp_path):
    file = (data / "train.jsonl").rename(tmp_path / "cities.jsonl")
    output = finetune(tiny_bert_dir, file, tmp_path / "out")
    sentences = len(file.read_text().splitlines())
    held_out = round(sentences / 5)
    said = f"{file} has no test split: {held_out} of its {sentences} sentences (drawn with seed 0) are held out"
    assert said in output
    # What was learnt is not measured again.
    evaluated = nuner("evaluate", tmp_path / "out", "--data", file, "-o", tmp_path / "evaluation.json")
    assert said in evaluated.stdout and "as in fine-tuning" in evaluated.stdout
    figures = json.loads((tmp_path / "evaluation.json").read_text())
    assert (figures["measured_on"]["split"], figures["measured_on"]["sentences"]) == ("test", held_out)
    whole = nuner("evaluate", tmp_path / "out", "--data", file, "--split", "train", "-o", tmp_path / "whole.json")
    assert whole.exit_code == 0, whole.output
    assert json.loads((tmp_path / "whole.json").read_text())["measured_on"]["sentences"] == sentences


def test_columns_are_named_by_options_and_messages_name_options(tiny_bert_dir, tmp_path):
    file = tmp_path / "cities.tsv"
    sentence = "anna\tB-person\tB-human\nin\tO\tO\n{}\tB-city\tB-place\n"
    file.write_text("\n".join(sentence.format(city) for city in ["paris", "london", "berlin"] * 4))
    output = tmp_path / "out"
    refused = nuner("finetune", tiny_bert_dir, "--data", file, "-o", output)
    assert refused.exit_code == 2
    assert "more than one column holds tags: 1, 2" in refused.stderr
    assert "B-person  B-human" in refused.stderr
    assert "with --words-column and --tags-column." in refused.stderr
    finetune(tiny_bert_dir, file, output, "--tags-column", 2, "--words-column", 0)
    assert json.loads((output / "config.json").read_text())["label2id"] == {"O": 0, "human": 1, "place": 2}


def test_records_that_cannot_be_read_are_left_out_on_demand(tiny_bert_dir, data, tmp_path):
    with (data / "train.jsonl").open("a") as file:
        file.write('\n{"tokens": ["anna"], "tags": []}\n')
    result = nuner("finetune", tiny_bert_dir, "--data", data, "-o", tmp_path / "out")
    assert result.exit_code == 2 and "pass --on-error skip" in result.stderr
    finetune(tiny_bert_dir, data, tmp_path / "out", "--on-error", "skip")


def test_adapters_are_merged_and_kept(tiny_bert_dir, data, tmp_path):
    output = tmp_path / "out"
    assert "(BertForTokenClassification, plain" in finetune(tiny_bert_dir, data, output, "--preset", "lora")
    assert (output / "adapters" / "adapter_model.safetensors").exists()


def test_columns_early_stopping_and_types(tiny_bert_dir, data, tmp_path):
    for split in ("train", "dev", "test"):
        folder = tmp_path / "columns"
        folder.mkdir(exist_ok=True)
        lines = "".join(f"anna\tI-person\nin\tO\n{city}\tI-city\n\n" for city in ("paris", "london"))
        (folder / f"{split}.conll").write_text(lines * 4)
    finetune(tiny_bert_dir, folder, tmp_path / "out", "--early-stopping", 2, "--type", "city", "--scheme", "IOB1")
    assert not list((tmp_path / "out").glob("checkpoint-*"))
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert config["label2id"] == {"O": 0, "city": 1}


@pytest.mark.parametrize(
    ("train", "options", "message"),
    [
        ("", (), "has no readable record"),
        ('{"tokens": ["anna"], "tags": ["B-person"]}', (), "no example of type 'city'"),
        ('{"tokens": ["in", "paris"], "tags": ["B-city"]}', (), "train.jsonl:1: not a labelled record (there are 2"),
        (None, ("--scheme", "IOB9"), "unknown label scheme 'IOB9'"),
        (None, ("--type", "river"), "there is no entity of type 'river'"),
        (None, ("--preset", "best"), "no preset 'best'"),
        (None, ("--early-stopping", 2), "early stopping needs a split 'validation'"),
        (None, ("--class-weights", "heavy"), "--class-weights is 'heavy'"),
    ],
)
def test_bad_input_is_said_in_one_sentence(tiny_bert_dir, data, tmp_path, train, options, message):
    if train is not None:
        (data / "train.jsonl").write_text(train)
    result = nuner("finetune", tiny_bert_dir, "--data", data, "-o", tmp_path / "out", *options)
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ") and message in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_no_entity_at_all(tiny_bert_dir, data, tmp_path):
    for split in ("train", "test"):
        (data / f"{split}.jsonl").write_text('{"tokens": ["in"], "tags": ["O"]}')
    result = nuner("finetune", tiny_bert_dir, "--data", data, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "the training set has no entity" in result.stderr
