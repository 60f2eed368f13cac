from dataclasses import replace

import pytest
import torch
from datasets import ClassLabel, Dataset, Features, List, Value
from support.labelled_cities import city_sentences
from support.small_models import save_small_model
from torch.nn.functional import normalize
from transformers import AutoTokenizer

from nuner.trainers.baselines.tadner.run import learn_tadner, run_tadner
from nuner.trainers.baselines.tadner.span_detector import without_types
from nuner.trainers.evaluation.entity_scores import entity_scores


def test_a_sample_alone_is_learnt(tiny_bert_dir, arguments):
    told = []
    train, test = city_sentences(24), city_sentences(9)
    result = run_tadner(train, test, encoder=tiny_bert_dir, arguments=arguments, tell=told.append)
    names = test.features["ner_tags"].feature.names
    gold = [[names[tag] for tag in tags] for tags in test["ner_tags"]]
    assert entity_scores(gold, result.tags)["f1"] == 1.0
    assert result.seconds_to_learn > result.seconds_to_find > 0
    assert result.dollars == 0.0
    assert told[0] == "Learning to find spans in 24 sentences"


def test_a_seed_gives_the_same_tags_again(tiny_bert_dir, source, arguments):
    def run():
        found = run_tadner(
            city_sentences(2),
            city_sentences(6),
            encoder=tiny_bert_dir,
            source=source.select(range(8)),
            arguments=replace(arguments, source_epochs=2),
            seed=3,
            tell=lambda _: None,
        )
        return found.tags

    assert run() == run()


def test_of_a_nuner_checkpoint_the_last_layer_alone_is_read(tiny_bert_dir, tmp_path, source, arguments):
    bi_encoder = save_small_model("bi-encoder", tiny_bert_dir, tmp_path / "bi-encoder")
    few, short = source.select(range(8)), replace(arguments, source_epochs=1)
    learnt = [learn_tadner(folder, few, short, tell=lambda _: None) for folder in (bi_encoder, tiny_bert_dir)]
    assert [tadner.classifier.averaged_layers for tadner in learnt] == [1, 4]


@torch.no_grad()
def test_names_have_the_vectors_of_the_whole_trained_encoder(tadner, tiny_bert_dir):
    names = {"city": ["paris", "london"], "dish": ["order"]}
    with tadner.classifier.fine_tuned([["in"]], [[]], names) as prototypes:
        found = prototypes.names
    inputs = AutoTokenizer.from_pretrained(tiny_bert_dir)(["paris london", "order"], padding=True, return_tensors="pt")
    encoder = tadner.classifier.encoder
    states = encoder(inputs.input_ids, inputs.attention_mask, output_hidden_states=True).hidden_states
    mean = torch.stack(states[-2:]).mean(0)  # of both layers
    expected = normalize(torch.stack([mean[0, 1:3].sum(0), mean[1, 1]]), dim=-1)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)


def test_a_source_without_entities_is_one_clear_sentence(tiny_bert_dir):
    empty = Dataset.from_dict({"tokens": [["in"]], "ner_tags": [[0]]}, features=city_sentences(1).features)
    with pytest.raises(ValueError, match="no entity"):
        learn_tadner(tiny_bert_dir, empty, tell=lambda _: None)


def test_an_encoder_that_does_not_exist_is_one_clear_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no encoder .*absent"):
        run_tadner(city_sentences(3), city_sentences(3), encoder=tmp_path / "absent", tell=lambda _: None)


def test_types_without_an_example_do_no_harm(tiny_bert_dir, arguments):
    names = ["O", "B-city", "I-city", "B-river", "I-river"]
    features = Features({"tokens": List(Value("string")), "ner_tags": List(ClassLabel(names=names))})
    train, test = city_sentences(6).cast(features), city_sentences(3)
    short = replace(arguments, source_epochs=1)
    result = run_tadner(train, test, encoder=tiny_bert_dir, arguments=short, tell=lambda _: None)
    assert [*map(len, result.tags)] == [*map(len, test["tokens"])]
    assert {tag for tags in result.tags for tag in tags} <= {*names}


def test_entities_that_touch_stay_two_without_their_types():
    rows = Dataset.from_dict(
        {"tokens": [["Rome", "Inc", "Ltd", "in", "Rome"]], "ner_tags": [[1, 3, 4, 0, 1]]},
        features=Features(
            {
                "tokens": List(Value("string")),
                "ner_tags": List(ClassLabel(names=["O", "B-city", "I-city", "B-company", "I-company"])),
            }
        ),
    )
    untyped = without_types(rows)
    names = untyped.features["ner_tags"].feature.names
    assert [names[tag] for tag in untyped[0]["ner_tags"]] == ["B-entity", "B-entity", "I-entity", "O", "B-entity"]
