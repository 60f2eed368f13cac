"""A language model in context, behind a server that makes known mistakes."""

from __future__ import annotations

import json

import pytest
from support.annotation_cases import MODEL, forget_key
from support.flawed_labels import are_clear, gold_texts, with_mistakes
from support.openai_server_process import OpenAIServerProcess

from nuner import load_labelled
from nuner.data_builders import Prices, entity_types, sample_k_words, word_counts
from nuner.data_builders.annotation.runs.run import AnnotationStopped
from nuner.trainers.baselines.llm_prompting.run import run_llm_prompting
from nuner.trainers.evaluation.entity_scores import entity_scores


@pytest.fixture(autouse=True)
def _no_key(monkeypatch):
    forget_key(monkeypatch)


@pytest.fixture(scope="module")
def tickets():
    return load_labelled("support-tickets").remove_columns("text")


@pytest.fixture(scope="module")
def sample(tickets):
    train = tickets["train"]
    return train.select(sample_k_words(word_counts(train), 8, seed=0))


def gold_tags(dataset):
    names = dataset.features["ner_tags"].feature.names
    return [[names[tag] for tag in tags] for tags in dataset["ner_tags"]]


@pytest.mark.parametrize("sentences_per_request", [1, 4])
def test_mistakes_give_exactly_the_f1_that_they_imply(tickets, sample, tmp_path, sentences_per_request):
    clear = [number for number, text in enumerate(gold_texts(tickets["train"])) if are_clear(text)]
    test = tickets["train"].select(clear)
    labels = with_mistakes(gold_texts(test), seed=1)
    babbled = [text for text, entities in labels.found.items() if entities is None]
    assert len(test) > 200 and len(babbled) == round(0.02 * len(test))
    replies = labels.replies()
    if sentences_per_request > 1:  # a sentence without a readable part has no part in a shared reply
        replies |= dict.fromkeys(babbled, '{"nothing": 0}')
    with OpenAIServerProcess(models=[MODEL], replies=replies) as server:
        result = run_llm_prompting(
            sample,
            test,
            client=MODEL,
            base_url=server.base_url,
            store=tmp_path / "run.sqlite",
            sentences_per_request=sentences_per_request,
            max_attempts=2,
            prices=Prices(1.0, 4.0),
            tell=lambda line: None,
        )
        body = server.statistics()["bodies"][-1]
    scores = entity_scores(gold_tags(test), result.tags)
    assert scores["f1"] == pytest.approx(labels.f1, abs=1e-12)
    assert sum(result.details["failed"].values()) == len(babbled)
    assert result.dollars and result.dollars > 0
    told = body["messages"][0]["content"]
    assert all(" ".join(tokens) in told for tokens in sample["tokens"])
    concept = json.dumps(body["response_format"]).partition('"enum": ')[2].partition("]")[0]
    assert json.loads(concept + "]") == [*entity_types(sample), "none"]


def test_it_goes_on_where_it_was_and_refuses_other_types(tickets, sample, tmp_path):
    test = tickets["test"].select(range(10))
    arguments = {"client": MODEL, "store": tmp_path / "run.sqlite", "tell": lambda line: None}
    with OpenAIServerProcess(models=[MODEL], replies=with_mistakes(gold_texts(test), babble=0).replies()) as server:
        first = run_llm_prompting(sample, test, base_url=server.base_url, **arguments)
        asked = len(server.statistics()["asked"])
        second = run_llm_prompting(sample, test, base_url=server.base_url, **arguments)
        assert len(server.statistics()["asked"]) == asked + 1  # the probe
        fewer = load_labelled("support-tickets", types=["amount", "product"])["train"]
        with pytest.raises(ValueError, match="made with other types"):
            run_llm_prompting(fewer.select([]), test, base_url=server.base_url, **arguments)
    assert (first.tags, first.seconds_to_find) == (second.tags, second.seconds_to_find)
    assert first.dollars is None and first.seconds_to_find > 0


def test_a_limit_on_the_cost_is_told(tickets, sample, tmp_path):
    with (
        OpenAIServerProcess(models=[MODEL]) as server,
        pytest.raises(AnnotationStopped, match="limit on the cost"),
    ):
        run_llm_prompting(
            sample,
            tickets["test"],
            client=MODEL,
            base_url=server.base_url,
            store=tmp_path / "run.sqlite",
            max_cost=0.001,
            prices=Prices(1.0, 4.0),
        )


def test_nothing_to_find_entities_in_is_told(tickets, sample, tmp_path):
    with pytest.raises(ValueError, match="there is no test sentence"):
        run_llm_prompting(sample, tickets["test"].select([]), client=MODEL, store=tmp_path / "run.sqlite")
    assert not (tmp_path / "run.sqlite").exists()
