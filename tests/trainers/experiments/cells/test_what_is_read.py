import json
import shutil

import pytest

from nuner.trainers.experiments.cells.argument_types import check_types
from nuner.trainers.experiments.cells.concept_mapping import ConceptMapping
from nuner.trainers.experiments.cells.corpus_choice import CorpusChoice
from nuner.trainers.experiments.cells.encoder import Encoder
from nuner.trainers.experiments.cells.few_shot import FewShot
from nuner.trainers.experiments.cells.labelled_data import LabelledData
from nuner.trainers.experiments.cells.pretraining import Pretraining
from nuner.trainers.pretraining.arguments import ContrastiveTrainingArguments


@pytest.fixture
def encoder(tiny_bert_dir, tmp_path):
    return shutil.copytree(tiny_bert_dir, tmp_path / "encoder")


def test_an_encoder_is_told_by_its_files_not_by_its_place_or_card(encoder, tmp_path):
    before = Encoder(str(encoder)).content
    moved = encoder.rename(tmp_path / "moved")
    (moved / "README.md").write_text("A card.")
    assert Encoder(str(moved)).content == before
    with (moved / "model.safetensors").open("ab") as weights:
        weights.write(b"x")
    assert Encoder(str(moved)).content != before


def test_data_are_told_by_their_sentences_and_tags(tmp_path):
    def content(tag, name):
        row = json.dumps({"tokens": ["paris", "works"], "tags": [tag, "O"]}) + "\n"
        (tmp_path / f"{name}.jsonl").write_text(row * 10)
        return LabelledData(str(tmp_path / f"{name}.jsonl")).content

    assert content("B-LOC", "one") == content("B-LOC", "other") != content("B-PER", "one")


def test_a_corpus_is_told_by_its_options():
    choices = [CorpusChoice(), CorpusChoice(options={"max_examples": 9}), CorpusChoice(options={"lowercase": True})]
    assert len({choice.content for choice in choices}) == 3
    assert CorpusChoice(options={"lowercase": False}).content == choices[0].content


def test_what_does_not_exist_is_told_with_the_nearest_name(encoder, tmp_path):
    with pytest.raises(FileNotFoundError, match=f"there is no encoder .*; did you mean '{encoder}'"):
        Encoder(str(tmp_path / "encodr")).check()
    with pytest.raises(FileNotFoundError, match="did you mean 'support-tickets'"):
        _ = LabelledData("suport-tickets").content
    with pytest.raises(ValueError, match="holds no encoder"):
        Encoder(str(tmp_path)).check()
    with pytest.raises(FileNotFoundError, match=r"there is no corpus 'bundeld'.*; did you mean 'bundled'"):
        _ = CorpusChoice("bundeld").content
    (tmp_path / "corpus.jsonl").touch()
    with pytest.raises(FileNotFoundError, match=f"did you mean '{tmp_path / 'corpus.jsonl'}'"):
        _ = CorpusChoice((str(tmp_path / "corpus.jsonl"), str(tmp_path / "korpus.jsonl"))).content


def test_a_map_needs_a_concept_encoder(encoder):
    with pytest.raises(ValueError, match=f"{encoder} has no concept encoder"):
        ConceptMapping("plain", Encoder(str(encoder)), CorpusChoice(), 10).check()


@pytest.mark.parametrize(
    ("name", "value"),
    [("learning_rate", "fast"), ("max_steps", 2.5), ("max_steps", True), ("cache_frozen_layers", "yes")],
)
def test_arguments_of_another_type(name, value):
    with pytest.raises(ValueError, match=f"{name} is {value!r}; it must be of type"):
        check_types(ContrastiveTrainingArguments, {name: value})


def test_arguments_of_the_right_type():
    check_types(ContrastiveTrainingArguments, {"num_train_epochs": 3, "concept_learning_rate": None, "optim": "sgd"})


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"arguments": {"num_frozen_text_layers": 2}}, "the encoder has 2 layers"),
        ({"arguments": {"lr_scheduler_type": "bent"}}, "bent is not a valid SchedulerType"),
        ({"model_fields": {"concept_pooling": "max"}}, "it must be 'cls' or 'mean'"),
        ({"corpus": CorpusChoice(options={"max_examples": "few"})}, "max_examples is 'few'"),
        ({"corpus": CorpusChoice("absent.jsonl")}, "there is no corpus 'absent.jsonl'"),
        ({"concept_encoder": Encoder("./absent")}, "there is no encoder './absent'"),
    ],
)
def test_what_cannot_be_trained_is_found_before_anything_is_computed(encoder, changed, message):
    arguments = {"num_frozen_concept_layers": 0, **changed.pop("arguments", {})}
    cell = Pretraining(
        **{"name": "NuNER", "encoder": Encoder(str(encoder)), "corpus": CorpusChoice(), **changed}, arguments=arguments
    )
    with pytest.raises((ValueError, FileNotFoundError)) as error:
        cell.check()
    assert message in str(error.value)


def test_samples_that_cannot_be_drawn_are_found_before_anything_is_computed(encoder):
    cell = FewShot("tiny", "tickets", Encoder(str(encoder)), LabelledData("support-tickets"), (1000,))
    with pytest.raises(ValueError, match="k = 1000 is too large"):
        cell.check()
