"""`nuner card`, on models and corpora."""

import json
from typing import Any

import pytest
from datasets import Dataset
from huggingface_hub import DatasetCard, ModelCard
from support.cli_runs import nuner
from support.small_models import save_small_model, whole_facts

from nuner.data_builders.schema import CORPUS_FEATURES, sentence_id
from nuner.hub_cards.facts.training_facts import TrainingFacts


@pytest.fixture
def recognizer(tiny_bert_dir, tmp_path):
    return save_small_model("recognizer", tiny_bert_dir, tmp_path / "recognizer")


@pytest.fixture
def corpus(tmp_path):
    text = "Ada met Bo."
    entity = {"start": 0, "end": 3, "text": "Ada", "concept": "person", "description": None}
    row = {"id": sentence_id(text), "text": text, "language": "en", "source": "notes", "entities": [entity]}
    folder = tmp_path / "corpus"
    folder.mkdir()
    Dataset.from_list([row], features=CORPUS_FEATURES).to_parquet(folder / "train-00000-of-00001.parquet")
    return folder


def test_what_is_stated_is_on_the_card_of_a_model_and_recorded(recognizer):
    stated = ["--license", "mit", "--language", "en", "--language", "no", "--example", "Ada lives in Oslo."]
    result = nuner("card", recognizer, "--id", "ada/tickets", "--base-model", "ada/nuner", *stated)
    assert result.exit_code == 0, result.output
    assert f"Written: {recognizer / 'README.md'}" in result.output
    card: Any = ModelCard.load(recognizer / "README.md")
    assert (card.data.license, card.data.language, card.data.base_model) == ("mit", ["en", "no"], "ada/nuner")
    assert card.data.widget == [{"text": "Ada lives in Oslo."}]
    assert "ada/tickets" in card.text
    # What was stated once need not be stated again.
    assert nuner("card", recognizer).exit_code == 0
    again: Any = ModelCard.load(recognizer / "README.md")
    assert (again.data.license, again.data.language, again.data.base_model) == ("mit", ["en", "no"], "ada/nuner")


def test_a_few_shot_comparison_becomes_a_table(recognizer, tmp_path):
    figures = tmp_path / "few_shot.json"
    figures.write_text(json.dumps(whole_facts().few_shot))
    result = nuner("card", recognizer, "--few-shot", figures, "--few-shot-encoder", "NuNER")
    assert result.exit_code == 0, result.output
    assert "tickets" in ModelCard.load(recognizer / "README.md").text
    assert TrainingFacts.load(recognizer).few_shot_encoder == "NuNER"


def test_the_card_of_a_corpus(corpus):
    result = nuner("card", corpus, "--id", "ada/notes", "--license", "cc-by-4.0")
    assert result.exit_code == 0, result.output
    card: Any = DatasetCard.load(corpus / "README.md")
    assert (card.data.license, card.data.language) == ("cc-by-4.0", ["en"])
    assert 'load_dataset("ada/notes")' in card.text


def test_a_card_that_a_person_wrote_is_left_alone(corpus):
    card = corpus / "README.md"
    assert nuner("card", corpus).exit_code == 0
    lines = [line for line in card.read_text().splitlines() if "Written by nuner" not in line]
    card.write_text("\n".join(lines) + "\nMy own words.\n")
    before = card.read_text()
    result = nuner("card", corpus, "--license", "cc-by-4.0")
    assert result.exit_code == 0, result.output
    assert "Left as it is, since it was written by hand" in result.output
    assert card.read_text() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["absent"], "absent is no folder"),
        (["{empty}"], "no Parquet file"),
        (["{corpus}", "--base-model", "ada/nuner"], "are for models"),
        (["{recognizer}", "--few-shot", "absent.json"], "absent.json: no such file"),
        (["{recognizer}", "--few-shot", "{text}"], "text.json is not JSON"),
        (["{recognizer}", "--few-shot", "{other}"], "are not those that `nuner benchmark` writes"),
        (["{recognizer}", "--few-shot", "{figures}", "--few-shot-encoder", "me"], "know base, NuNER, not"),
    ],
)
def test_bad_input_is_said_in_one_line(recognizer, corpus, tmp_path, arguments, message):
    places = {name: tmp_path / f"{name}.json" for name in ("text", "other", "figures")}
    places["text"].write_text("no")
    places["other"].write_text("[]")
    places["figures"].write_text(json.dumps(whole_facts().few_shot))
    places |= {"empty": tmp_path / "empty", "corpus": corpus, "recognizer": recognizer}
    places["empty"].mkdir()
    result = nuner("card", *(argument.format(**places) for argument in arguments))
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert result.stderr.strip().count("\n") == 0


def test_a_card_that_contradicts_its_model_is_refused(recognizer):
    facts = whole_facts()
    facts.labels = ["O", "B-river", "I-river"]
    facts.save(recognizer)
    before = {path: path.read_bytes() for path in recognizer.iterdir()}
    result = nuner("card", recognizer, "--license", "apache-2.0")
    assert result.exit_code == 2, result.output
    assert "is of a model with the labels O, B-river, I-river" in result.stderr
    assert {path: path.read_bytes() for path in recognizer.iterdir()} == before
