import json
from dataclasses import replace

import pytest
from huggingface_hub import ModelCard, constants
from support.small_models import LABELS, save_small_model, whole_facts

from nuner.hub_cards import Source, check_card, write_model_card


@pytest.fixture
def recognizer(tiny_bert_dir, tmp_path):
    """A recognizer with a card that is right."""
    folder = save_small_model("recognizer", tiny_bert_dir, tmp_path / "recognizer")
    write_model_card(folder, whole_facts())
    check_card(folder)
    return folder


def change(folder, **data):
    """Change the data of a card as an editor would."""
    card = ModelCard.load(folder / "README.md")
    for name, value in data.items():
        card.data[name] = value
    card.save(folder / "README.md")


def test_other_labels_in_the_facts_are_refused(recognizer):
    replace(whole_facts(), labels=[*LABELS, "B-river"]).save(recognizer)
    with pytest.raises(ValueError, match="B-river"):
        check_card(recognizer)


def test_scores_of_a_type_without_a_label_are_refused(recognizer):
    replace(whole_facts(), type_scores={"river": whole_facts().type_scores["city"]}).save(recognizer)
    with pytest.raises(ValueError, match="river, which the checkpoint has no label for"):
        check_card(recognizer)


def test_other_entity_types_in_the_card_are_refused(recognizer):
    change(recognizer, entity_types=["city", "river"])
    with pytest.raises(ValueError, match="states the entity types city, river"):
        check_card(recognizer)


def test_another_base_model_than_the_recorded_one_is_refused(recognizer):
    change(recognizer, base_model="google-bert/bert-base-cased")
    with pytest.raises(ValueError, match=r"bert-base-cased.*roberta-base"):
        check_card(recognizer)


def test_a_base_model_of_another_architecture_is_refused(recognizer, tmp_path, monkeypatch):
    snapshot = tmp_path / "cache" / "models--ada--large" / "snapshots" / "0000"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text(json.dumps({"model_type": "bert", "hidden_size": 1024}))
    refs = snapshot.parents[1] / "refs"
    refs.mkdir()
    (refs / "main").write_text(snapshot.name)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    write_model_card(recognizer, replace(whole_facts(), text_encoder=Source("ada/large", "ada/large")))
    with pytest.raises(ValueError, match=r"ada/large, whose hidden_size is 1024; that of the checkpoint is 32\."):
        check_card(recognizer)


def test_a_bi_encoder_is_no_token_classifier(tiny_bert_dir, tmp_path):
    folder = save_small_model("bi-encoder", tiny_bert_dir, tmp_path / "model")
    write_model_card(folder)
    change(folder, pipeline_tag="token-classification")
    with pytest.raises(ValueError, match="calls NuNerForPreTraining a token classifier"):
        check_card(folder)


@pytest.mark.parametrize("header", ["a: b: c", "- 1", 'model-index: [{"name": 3}]', "x: [", "tags: \t@"])
def test_broken_yaml_is_named(recognizer, header):
    (recognizer / "README.md").write_text(f"---\n{header}\n---\n# A model\n")
    with pytest.raises(ValueError, match=r"the YAML at the head of .*README.md cannot be read"):
        check_card(recognizer)


def test_a_missing_card_is_named(recognizer):
    (recognizer / "README.md").unlink()
    with pytest.raises(FileNotFoundError, match="write one with: nuner card"):
        check_card(recognizer)
