"""`nuner annotate --types`, and what it fills as labelled data."""

import json

import pytest
from support.annotation_cases import MODEL, forget_key
from support.cli_runs import nuner
from support.flawed_labels import gold_texts, with_mistakes
from support.openai_server_process import OpenAIServerProcess

from nuner import load_labelled
from nuner.data_builders.annotation.store.store import AnnotationStore

TYPES = """
guidelines: Mark all.
types:
- {name: city, description: a town of any size}
- {name: drug, description: a medicine}
"""
REPLIES = {
    "Ada left Rome.": [("Rome", "Cities"), ("Ada", "none")],
    "Aspirin is sold in Oslo.": [("Aspirin", "DRUG"), ("Oslo", "Stadt")],
    "It rains in Bonn.": [("Bonn", "Stadt")],
    "All is well.": [],
}


@pytest.fixture(autouse=True)
def _no_key(monkeypatch):
    forget_key(monkeypatch)


@pytest.fixture(scope="module")
def server():
    replies = {
        text: json.dumps({"entities": [dict(zip(("text", "concept"), pair, strict=True)) for pair in pairs]})
        for text, pairs in REPLIES.items()
    }
    with OpenAIServerProcess(models=[MODEL], replies=replies) as running:
        yield running


@pytest.fixture
def world(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "types.yaml").write_text(TYPES)
    (tmp_path / "texts.txt").write_text("".join(f"{text}\n" for text in REPLIES))
    return tmp_path


@pytest.fixture
def annotate(server, world):
    def run(*arguments):
        command = ("annotate", "texts.txt", "--model", MODEL, "--base-url", server.base_url, "--store", "run.sqlite")
        return nuner(*command, *arguments)

    return run


def test_labels_of_ones_own_types(annotate, server, world):
    done = annotate("--types", "types.yaml")
    assert done.exit_code == 0, done.output
    assert "4 done, 0 failed" in done.stderr
    assert "Entities in 3 sentences: 1 city, 1 drug" in done.stderr
    assert "2 not one of the types; 1 a candidate that is of no type" in done.stderr
    assert "Names that are none of the types: 'stadt' 2 (first run.sqlite:2)" in done.stderr
    assert "1 sentences have a reply of which nothing could be used." in done.stderr
    assert "'stadt' 2" in nuner("annotate", "status", "run.sqlite").stdout
    # The reply is in the store: with the alias it is read anew, and nothing is asked again.
    (world / "types.yaml").write_text(TYPES.replace("any size}", "any size, aliases: [Stadt]}"))
    asked = len(server.statistics()["asked"])
    again = annotate("--types", "types.yaml")
    assert len(server.statistics()["asked"]) == asked + 1  # the probe
    assert "Entities in 4 sentences: 3 city, 1 drug" in again.stderr and "stadt" not in again.stderr
    train = load_labelled("run.sqlite")["train"]
    assert list(train["text"]) == list(REPLIES)


def test_labels_become_other_formats_and_a_corpus(annotate):
    annotate("--types", "types.yaml", "--sentences-per-request", "2")
    assert nuner("labels", "convert", "run.sqlite", "train.conll").exit_code == 0
    done = nuner("corpus", "build", "run.sqlite", "--output", "corpus")
    assert done.exit_code == 0 and "2 annotations of 2 concepts" in done.stdout


def test_batches_are_asked_for_the_types(annotate, server):
    server.change(batch_seconds=600, batches_due=False)
    submitted = annotate("--types", "types.yaml", "--batch", "--no-wait")
    assert submitted.exit_code == 0, submitted.output
    assert "the same command fetches them" in submitted.stderr
    refused = annotate("--batch", "--no-wait")  # which would be read as concepts of the model's own
    assert refused.exit_code == 2 and "run.sqlite was made with types, and none are given" in refused.stderr
    server.change(batches_due=True)
    fetched = annotate("--types", "types.yaml", "--batch", "--poll", "0.1")
    assert "4 done, 0 failed" in fetched.stderr
    assert "Entities in 3 sentences: 1 city, 1 drug" in fetched.stderr
    assert "'stadt' 2 (first run.sqlite:2)" in fetched.stderr
    assert load_labelled("run.sqlite", "train").features["ner_tags"].feature.names[1::2] == ["B-city", "B-drug"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--types", "other.yaml"), "run.sqlite was made with other types ('river' not being in both lists)"),
        ((), "run.sqlite was made with types, and none are given"),
        (("--types", "wrong.yaml"), "wrong.yaml:3: the type 'city' is there twice"),
        (("--types", "missing.yaml"), "missing.yaml: no such file"),
        (("--examples", "support-tickets"), "--types types.yaml"),
        (("--types", "types.yaml", "--language"), "--language"),
        (
            ("--types", "types.yaml", "--examples", "support-tickets"),
            "'action', which is not in the list (city, drug)",
        ),
        (
            ("--types", "types.yaml", "--examples", "gold.jsonl", "--k", "5"),
            "gold.jsonl has no more than 1 entities of 'city': --k 5 is too much",
        ),
        (("--types", "types.yaml", "--examples", "nothing.jsonl"), "nothing.jsonl has no entity in its training sen"),
    ],
)
def test_what_cannot_be_used_is_told(annotate, world, arguments, message):
    assert annotate("--types", "types.yaml").exit_code == 0
    (world / "other.yaml").write_text(TYPES + "- river\n")
    (world / "wrong.yaml").write_text("types:\n- city\n- city\n")
    (world / "gold.jsonl").write_text('{"tokens": ["To", "Rome"], "tags": ["O", "B-city"]}\n')
    (world / "nothing.jsonl").write_text('{"tokens": ["To", "me"], "tags": ["O", "O"]}\n')
    refused = annotate(*arguments, "--force")
    assert refused.exit_code == 2
    assert message in refused.stderr


def test_examples_of_labelled_data_are_shown(annotate, server, world):
    gold = [(["To", "Rome"], ["O", "B-CITY"]), (["Take", "aspirin", "!"], ["O", "B-Drug", "O"])]
    lines = [json.dumps({"tokens": tokens, "tags": tags}) for tokens, tags in gold]
    (world / "gold.jsonl").write_text("\n".join(lines))
    assert annotate("--types", "types.yaml", "--examples", "gold.jsonl", "--k", "1").exit_code == 0
    told = server.statistics()["bodies"][-1]["messages"][0]["content"]
    assert 'To Rome\nthe reply is\n{"entities": [{"text": "Rome", "description": "a town of any size"' in told
    assert '"concept": "drug"}]}' in told


def test_a_type_that_only_test_sentences_have_is_shown_no_example_of(annotate, server, world):
    (world / "data").mkdir()
    for split, tokens, tags in (("train", ["To", "Rome"], ["O", "B-city"]), ("test", ["aspirin"], ["B-drug"])):
        (world / f"data/{split}.jsonl").write_text(json.dumps({"tokens": tokens, "tags": tags}))
    assert annotate("--types", "types.yaml", "--examples", "data", "--k", "1").exit_code == 0
    told = server.statistics()["bodies"][-1]["messages"][0]["content"]
    assert "To Rome\nthe reply is" in told


def test_refusals_and_babble_are_told_and_the_rest_is_learnt_from(server, world):
    train = load_labelled("support-tickets")["train"].select(range(12)).remove_columns("text")
    texts = gold_texts(train)
    replies = with_mistakes(texts, missed=0, wrong_type=0, wrong_boundary=0, babble=0.2).replies()
    (world / "tickets.txt").write_text("".join(f"{text.text}\n" for text in texts))
    names = sorted({each.label for text in texts for each in text.entities})
    (world / "tickets.yaml").write_text("types:\n" + "".join(f"- {name}\n" for name in names))
    server.change(replies=replies, poisoned={texts[0].text: "content_filter"})
    command = ("annotate", "tickets.txt", "--types", "tickets.yaml", "--store", "tickets.sqlite", "--model", MODEL)
    done = nuner(*command, "--base-url", server.base_url, "--max-attempts", "2")
    assert done.exit_code == 0
    status = nuner("annotate", "status", "tickets.sqlite").stdout
    assert "the server's content filter stopped the reply" in status and "the reply has no JSON" in status
    with AnnotationStore(world / "tickets.sqlite") as store:
        counts = store.counts()
    assert counts["failed"] in (2, 3) and counts["pending"] == 0
    assert len(load_labelled("tickets.sqlite")["train"]) == counts["done"] == 12 - counts["failed"]
