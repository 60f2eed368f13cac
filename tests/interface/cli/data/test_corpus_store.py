"""`nuner corpus build` from an annotation store."""

import json
from datetime import datetime, timezone

import pytest
from support.cli_runs import nuner

from nuner.data_builders.annotation.llm.client import LLMClient
from nuner.data_builders.annotation.llm.cost import Usage
from nuner.data_builders.annotation.llm.prompt import Prompt
from nuner.data_builders.annotation.sentences.raw_sentence import raw_sentence
from nuner.data_builders.annotation.store.store import AnnotationStore, Outcome


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "run.sqlite"
    with AnnotationStore(path) as opened:
        opened.add(raw_sentence(f"Ada{number} met Bo.", "en", "notes") for number in range(20))
        opened.bind(LLMClient("given-up", "http://localhost:1/v1"))
        annotator = opened.bind(LLMClient("tiny-llm", "http://localhost:1/v1"), force=True)
        outcomes = []
        for sentence in opened.claim(opened.join(), 19):
            name = sentence.text.split()[0].lower()
            reply = json.dumps({"entities": [{"text": name, "concept": "Person"}, {"text": "Bo", "concept": "name"}]})
            usage = Usage(100_000, 1_000)
            outcomes.append(Outcome(sentence.number, "done", reply, entities="[]", usage=usage, annotator=annotator))
        outcomes[0] = Outcome(outcomes[0].number, "failed", "no", error="the reply has no JSON")
        opened.record(outcomes)
    return path


def test_a_store_becomes_a_corpus_with_a_report(store, tmp_path):
    output = tmp_path / "corpus"
    result = nuner("corpus", "build", store, "--output", output, "--license", "cc-by-4.0")
    assert result.exit_code == 0, result.output
    assert "18 sentences, 18 in the corpus; 36 entities, 18 placed; 18 annotations of 1 concepts." in result.stdout
    assert "Not in it: 1 failed, 1 pending." in result.stdout
    assert {"report.html", "corpus-report.json", "corpus_facts.json"} <= {path.name for path in output.iterdir()}
    facts = json.loads((output / "corpus_facts.json").read_text(encoding="utf-8"))
    assert facts["license"] == "cc-by-4.0"
    annotation = facts["annotation"]
    assert annotation["model"] == "tiny-llm"
    assert annotation["prompt"] == Prompt().fingerprint
    assert annotation["first_day"] == annotation["last_day"] == datetime.now(timezone.utc).date().isoformat()
    assert (annotation["prompt_tokens"], annotation["completion_tokens"]) == (1_800_000, 18_000)
    assert annotation["cost"] is None
    assert annotation["yields"]["entities placed"] == 18
    assert facts["left_out"] == {"not found": 18}


def test_every_option_reaches_the_corpus(store, tmp_path):
    output = tmp_path / "corpus"
    options = ["--ignore-case", "--normalize", "--max-characters", 4, "--rows-per-shard", 5, "--seed", 3]
    drop = ["--drop-concept", "thing", "--drop-concept", "concept"]
    result = nuner("corpus", "build", store, "--output", output, *options, *drop)
    assert result.exit_code == 0, result.output
    figures = json.loads((output / "corpus-report.json").read_text(encoding="utf-8"))
    assert figures["options"] == {
        "ignore_case": True,
        "normalize": True,
        "max_characters": 4,
        "drop_concepts": ["thing", "concept"],
        "rows_per_shard": 5,
        "seed": 3,
    }
    assert figures["yields"]["losses"] == {"too long": 9}
    assert figures["yields"]["matches"] == {"exact": 18, "ignoring case": 9}


@pytest.mark.parametrize(
    ("currency", "cost"),
    [
        ([], "0.79, at 0.4 for a million tokens sent and 4 received"),
        (["--currency", "EUR"], "0.79 EUR, at 0.4 for a million tokens sent and 4 received"),
    ],
)
def test_the_cost_is_known_where_the_prices_are(store, tmp_path, currency, cost):
    prices = ["--prompt-price", "0.4", "--completion-price", "4"]
    assert nuner("corpus", "build", store, "--output", tmp_path / "corpus", *prices, *currency).exit_code == 0
    facts = json.loads((tmp_path / "corpus" / "corpus_facts.json").read_text(encoding="utf-8"))
    assert facts["annotation"]["cost"] == cost


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{store}", "--max-concepts", "5"], "--max-concepts has no effect here"),
        (["{store}", "more.jsonl"], "more.jsonl: no such file"),
        (["bundled", "--ignore-case"], "--ignore-case has no effect here: bundled is no annotation store"),
        (["{store}", "--rows-per-shard", "0"], "--rows-per-shard is 0"),
        (["{store}", "--prompt-price", "1"], "give both prices"),
        (["{store}", "--currency", "EUR"], "--currency needs the prices"),
        (["bundled", "--prompt-price", "1"], "--prompt-price has no effect here"),
        (["absent.sqlite"], "There is no corpus 'absent.sqlite'"),
        (["{other}"], "other.sqlite"),
    ],
)
def test_bad_input_is_said_in_one_line(store, tmp_path, arguments, message):
    import sqlite3

    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE t (a)")
    arguments = [argument.format(store=store, other=other) for argument in arguments]
    result = nuner("corpus", "build", *arguments, "--output", tmp_path / "corpus")
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert result.stderr.strip().count("\n") == 0
