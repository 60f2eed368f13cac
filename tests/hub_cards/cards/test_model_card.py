import json
import re
from dataclasses import replace
from typing import Any

import pytest
import yaml
from huggingface_hub import ModelCard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from support.small_models import python_blocks, save_small_model, whole_facts
from transformers import AutoTokenizer

from nuner import EntityRecognizer, NuNerForTokenClassification, save_recognizer
from nuner.data_builders.pages.markdown import printable
from nuner.hub_cards import Source, TrainingData, TrainingFacts, check_card, write_model_card
from nuner.hub_cards.cards.model_card import model_card
from nuner.hub_cards.facts.checkpoint import Checkpoint
from nuner.modeling_nuner.recognition.bi_encoder_loading import CONCEPT_TOKENIZER

KINDS = ["bi-encoder", "backbone", "recognizer", "two-layer"]


@pytest.fixture(scope="module")
def models(tiny_bert_dir, tmp_path_factory):
    """A folder with a model of each kind."""
    folder = tmp_path_factory.mktemp("models")
    for kind in KINDS:
        save_small_model(kind, tiny_bert_dir, folder / kind)
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_the_snippets_of_a_card_run(models, kind, monkeypatch, capsys):
    facts = whole_facts()
    card = write_model_card(models / kind, facts).read_text(encoding="utf-8")
    monkeypatch.chdir(models)
    blocks = python_blocks(card)
    assert blocks
    scope: dict = {}
    # The backbone's second snippet fine-tunes; test_fine_tuning_snippet runs it.
    for block in blocks[:1] if kind == "backbone" else blocks:
        scope = {}
        exec(compile(block, "card", "exec"), scope)
    if kind == "bi-encoder":
        assert scope["probabilities"].shape[-1] == 2


@pytest.mark.slow
def test_the_fine_tuning_snippet_of_a_backbone_runs(models, monkeypatch):
    card = write_model_card(models / "backbone").read_text(encoding="utf-8")
    monkeypatch.chdir(models)
    exec(compile(python_blocks(card)[1], "card", "exec"), {})
    assert (models / "recognizer" / "config.json").is_file()


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_card_passes_the_validation_of_the_hub(models, kind, here):
    path = write_model_card(models / kind, whole_facts(), model_id="ada/model")
    card: Any = ModelCard.load(path)
    card.validate()
    assert card.data.to_dict()["library_name"] == "transformers"
    assert card.data.license == "mit"
    assert card.data.language == ["en", "no"]
    assert card.data.datasets == ["ada/cities"]
    assert card.data.base_model_relation == "finetune"
    results = {(result.dataset_type, result.metric_name): result.metric_value for result in card.data.eval_results}
    assert results["ada/tickets", "Macro-averaged token F1 without O, k = 4, mean of 2 samples"] == 0.44
    if kind in ("recognizer", "two-layer"):
        assert card.data.pipeline_tag == "token-classification"
        assert card.data.base_model == "FacebookAI/roberta-base"
        assert card.data.widget == [{"text": "Acme opens an office in London: 3 rooms."}]
        assert results["ada/cities", "Entity F1"] == 0.75
    else:
        assert card.data.pipeline_tag == "feature-extraction"
        assert results["ada/cities", "Average precision over (token, concept) pairs"] == 0.25
    if kind == "bi-encoder":
        assert card.data.base_model == ["FacebookAI/roberta-base", "BAAI/bge-base-en"]
    check_card(models / kind)


def test_a_whole_card_shows_what_happened(models):
    card = write_model_card(models / "recognizer", whole_facts(), model_id="ada/model").read_text(encoding="utf-8")
    page = MarkdownIt("commonmark").enable("table").render(card.split("---\n", 2)[2])
    for shown in ("Cities", "1,200 sentences", "k = 16, seed 0", "12,345", "1 h 2 min 5 s", "a fast one", "44.0 ±1.5",
                  "0.6667", "3e-05", "nuner 0.1.0"):  # fmt: skip
        assert shown in page, shown


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_known_is_left_out(models, kind):
    (models / kind / "training_facts.json").unlink(missing_ok=True)
    card = write_model_card(models / kind).read_text(encoding="utf-8")
    data = yaml.safe_load(card.split("---\n")[1])
    assert set(data) <= {"library_name", "pipeline_tag", "tags", "entity_types"}
    assert not re.search(r"None|\{\}|\[\]|nan|Trained on|Training\n", card)
    assert "not stated" in card


NAME = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40) | st.sampled_from(
    [
        "a: b",
        "'it''s' \"so\"",
        "🎈 emoji",
        "<script>alert('x')</script>",
        "---",
        "x\n---\ny",
        "no",
        "{{ 7123 * 2 }}",
        "# h",
    ]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NAME, NAME)
def test_any_name_survives_yaml_and_shows_no_markup(models, name, other):
    facts = replace(whole_facts(), examples=[other], type_scores={name: whole_facts().type_scores["city"]})
    facts.data = TrainingData(Source(name))
    card = model_card(Checkpoint.read(models / "recognizer"), facts, "ada/model")
    again: Any = ModelCard(str(card))
    assert again.data.widget == [{"text": printable(other)}]
    assert {result.dataset_name for result in again.data.eval_results} == {printable(name), "tickets"}
    page = MarkdownIt("commonmark").enable("table").render(again.text)
    assert "<script" not in page
    assert "14246" not in page


@pytest.mark.parametrize(
    "labels",
    [
        ["O", "B-city", "I-city"],
        ["O", "S-city", "B-city", "I-city", "E-city"],
        ["O", "B-cell", "protein"],
        ["O", "city"],
    ],
    ids=["IOB2", "BIOES", "plain", "one plain type"],
)
def test_the_card_names_the_types_that_the_recognizer_finds(tiny_bert_dir, tmp_path, labels):
    tokenizer = AutoTokenizer.from_pretrained(tiny_bert_dir)
    save_recognizer(NuNerForTokenClassification.from_encoder(tiny_bert_dir, labels), tokenizer, tmp_path / "model")
    card: Any = ModelCard.load(write_model_card(tmp_path / "model"))
    assert card.data["entity_types"] == EntityRecognizer.from_pretrained(tmp_path / "model").labels.types


def test_the_snippet_loads_the_concept_encoders_own_tokenizer(tiny_bert_dir, tmp_path, monkeypatch):
    folder = save_small_model("bi-encoder", tiny_bert_dir, tmp_path / "model")
    assert "subfolder" not in write_model_card(folder).read_text(encoding="utf-8")
    AutoTokenizer.from_pretrained(tiny_bert_dir).save_pretrained(folder / CONCEPT_TOKENIZER)
    card = write_model_card(folder).read_text(encoding="utf-8")
    assert f'subfolder="{CONCEPT_TOKENIZER}"' in card
    monkeypatch.chdir(tmp_path)
    scope: dict = {}
    exec(compile(python_blocks(card)[-1], "card", "exec"), scope)
    assert scope["probabilities"].shape[-1] == 2


def test_a_card_that_a_person_wrote_is_kept(models):
    path = write_model_card(models / "recognizer", whole_facts())
    path.write_text("# My own words\n", encoding="utf-8")
    write_model_card(models / "recognizer", whole_facts())
    assert path.read_text(encoding="utf-8") == "# My own words\n"
    path.unlink()


def test_facts_survive_being_written(models):
    whole_facts().save(models / "backbone")
    assert TrainingFacts.load(models / "backbone") == whole_facts()


@pytest.mark.parametrize(
    "broken", ["[1]", "{", '{"color": "red"}', '{"labels": "O"}', '{"data": {"sentences": {}}}', '{"scores": []}']
)
def test_broken_facts_are_named(models, broken):
    path = models / "backbone" / "training_facts.json"
    path.write_text(broken, encoding="utf-8")
    with pytest.raises(ValueError, match=r"training_facts\.json does not hold"):
        TrainingFacts.load(models / "backbone")
    path.unlink()


def test_a_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="it is not a saved model"):
        write_model_card(tmp_path)


def test_a_local_folder_is_no_id_of_the_hub(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs" / "nuner").mkdir(parents=True)
    assert Source.of("runs/nuner") == Source("nuner")
    assert Source.of("ada/nuner") == Source("ada/nuner", "ada/nuner")
    assert Source.of("/no/such/folder/model") == Source("model")
    assert json.dumps(str(tmp_path)) not in json.dumps(vars(Source.of(tmp_path)))
