"""From raw text to a corpus that loads by name, with the command line alone."""

import json

import pytest
from support.annotation_cases import forget_key
from support.cli_runs import nuner
from support.hub_people import ACCOUNTS, ALICE
from support.hub_processes import log_in, run_python
from support.hub_server.server import HubServer
from support.openai_server_process import OpenAIServerProcess

CITIES = ("Paris", "Rome", "Oslo", "Bern", "Lima", "Kyoto")
CONCEPTS = ("city", "capital", "place", "town", "port", "harbour")


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A Hub that this process is logged in to."""
    with HubServer(tmp_path / "hub", ACCOUNTS) as server:
        log_in(server, ALICE, monkeypatch)
        yield server


@pytest.fixture
def llm(monkeypatch):
    """A language model that sees a city in every sentence, and has six names for what that is."""
    forget_key(monkeypatch)
    replies = {}
    for number in range(120):
        # The first concepts are the more frequent ones.
        entities = ", ".join(
            f'{{"text": "{city_of(number)}", "concept": "{concept}", "description": "what it is"}}'
            for rank, concept in enumerate(CONCEPTS, start=1)
            if number % rank == 0
        )
        replies[sentence(number)] = f'{{"entities": [{entities}]}}'
    with OpenAIServerProcess(replies=replies) as server:
        yield server


def city_of(number: int) -> str:
    return CITIES[number % len(CITIES)]


def sentence(number: int) -> str:
    return f"They came to {city_of(number)} on day {number}."


def run(*arguments: object) -> str:
    """Run a command that succeeds, and return what it prints."""
    result = nuner(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_from_text_to_a_data_set_by_name(hub, llm, tmp_path):
    text, sentences, store, corpus = (tmp_path / name for name in ("a.txt", "a.jsonl", "run.sqlite", "corpus"))
    text.write_text("".join(f"{sentence(2 * pair)} {sentence(2 * pair + 1)}\n" for pair in range(60)))

    assert "120 written" in run("sentences", text, "-o", sentences, "--source-name", "diary")
    server = ("--model", "tiny-llm", "--base-url", llm.base_url, "--store", store)
    assert "120 done, 0 failed, 0 pending" in run("annotate", sentences, *server)
    prices = ("--prompt-price", 0.4, "--completion-price", 1.6, "--currency", "EUR")
    built = run("corpus", "build", store, "--output", corpus, "--license", "cc-by-4.0", *prices)
    assert "annotations of 6 concepts" in built
    assert "city (120)" in run("corpus", "stats", "records", corpus, "--cache-dir", tmp_path / "cache")

    assert "new private dataset alice/diary" in run("push", corpus, "diary", "--dry-run")
    assert hub.log.writes() == []
    run("push", corpus, "diary", "--tag", "v1")
    repository = hub.store.repository("dataset", "alice/diary")
    card = repository.read_blob(repository.resolve("v1").files["README.md"]).read_text()
    for known in (
        "tiny-llm",
        "Prompt |",
        "Annotated on |",
        "Tokens sent |",
        "EUR, at 0.4",
        "Sentences answered | 120",
    ):
        assert known in card

    code = (
        "import json\n"
        "from datasets import load_dataset\n"
        "splits = load_dataset('alice/diary', 'top-4').values()\n"
        "print(json.dumps([row for split in splits for row in split]))\n"
    )
    (tmp_path / "fresh").mkdir()
    rows = json.loads(run_python(code, hub, tmp_path / "fresh", ALICE))
    assert {row["text"] for row in rows} == {sentence(number) for number in range(120)}
    entities = [(row["text"], entity) for row in rows for entity in row["entities"]]
    assert {entity["concept"] for _, entity in entities} == set(CONCEPTS[:4])
    assert all(text[entity["start"] : entity["end"]] == entity["text"] in CITIES for text, entity in entities)
