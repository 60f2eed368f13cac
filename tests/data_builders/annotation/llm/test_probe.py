"""The first request: what is wrong is told at once, in one sentence, and before anything is enqueued."""

import asyncio
import logging
import socket

import pytest
from support.annotation_cases import MODEL, quick_client, some_sentences
from support.openai_server_process import OpenAIServerProcess

from nuner.data_builders.annotation.llm.client import LLMClient
from nuner.data_builders.annotation.llm.probe import ProbeError, probe
from nuner.data_builders.annotation.llm.waiting import Backoff
from nuner.data_builders.annotation.runs.run import annotate
from nuner.data_builders.annotation.store.store import AnnotationStore

KEY = "sk-test-0123456789abcdef"


@pytest.fixture(scope="module")
def server():
    with OpenAIServerProcess() as running:
        yield running


@pytest.fixture(autouse=True)
def _as_new(server):
    server.change(key=None, structured=True, faults={}, refused_parameters=[], length_field=None, system_role="read")


def probed(client):
    async def run():
        async with client.connect() as connection:
            usage = await probe(connection, Backoff(0.01, 0.05))
            return connection.dialect, usage

    return asyncio.run(run())


def test_structured_output_is_found(server):
    dialect, usage = probed(quick_client(server.base_url))
    assert (dialect.structured, dialect.length_field) == (True, "max_completion_tokens")
    assert usage is not None
    assert dialect.fixed_tokens == usage.prompt_tokens > 0


@pytest.mark.parametrize("status", ["a refusal", "a failure"])
def test_a_server_without_structured_output_is_asked_for_plain_text(server, status):
    server.change(structured=False, structured_failure=500 if status == "a failure" else 400)
    dialect, _ = probed(quick_client(server.base_url))
    assert (dialect.structured, dialect.length_field) == (False, "max_completion_tokens")


def test_a_server_that_knows_only_the_old_name_of_the_length(server):
    server.change(refused_parameters=["max_completion_tokens"])
    dialect, _ = probed(quick_client(server.base_url))
    assert (dialect.structured, dialect.length_field) == (True, "max_tokens")


def test_a_server_that_passes_over_the_new_name_of_the_length(server):
    server.change(length_field="max_tokens")
    dialect, _ = probed(quick_client(server.base_url))
    assert (dialect.structured, dialect.length_field) == (True, "max_tokens")


@pytest.mark.parametrize("system_role", ["refused", "left out"])
def test_a_model_without_a_system_role_gets_the_instructions_with_the_sentence(server, tmp_path, system_role):
    server.change(system_role=system_role)
    client = quick_client(server.base_url)
    dialect, usage = probed(client)
    assert (dialect.system_role, dialect.structured) == (False, True)
    assert usage is not None and dialect.fixed_tokens is not None
    # The request that the server read no instructions of is paid for, too; one that it refused is not.
    assert (usage.prompt_tokens > dialect.fixed_tokens) == (system_role == "left out")
    annotate(some_sentences(1), client, store=tmp_path / "store.sqlite", progress=False)
    [message] = server.statistics()["bodies"][-1]["messages"]
    assert message["role"] == "user"
    assert message["content"].startswith(client.prompt.instructions)


def test_a_system_role_that_is_read_stays(server):
    assert probed(quick_client(server.base_url))[0].system_role


@pytest.mark.parametrize("kind", ["429 milliseconds", "500", "503", "cut", "hang"])
def test_a_passing_fault_does_not_stop_the_probe(server, kind):
    server.change(faults={kind: 0.3})
    probed(quick_client(server.base_url, timeout=0.5))


@pytest.mark.parametrize("kind", ["500 for 31 years", "429 at once", "nested body", "bomb", "endless", "drip"])
def test_a_hostile_answer_does_not_stop_the_probe(server, kind):
    server.change(faults={kind: 0.2})
    probed(quick_client(server.base_url, timeout=2))


@pytest.mark.parametrize("kind", ["empty choices", "content_filter", "non-json", "wrong json", "length"])
def test_nonsense_of_the_model_does_not_stop_the_probe(server, kind):
    server.change(faults={kind: 1})
    probed(quick_client(server.base_url))


def unused_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.mark.parametrize(
    ("what", "settings", "said"),
    [
        ("wrong key", {"key": "sk-another-key"}, "does not accept the API key in OPENAI_API_KEY"),
        ("unknown model", {}, "has no model 'gpt-0'; it has tiny-llm"),
        ("wrong path", {}, "has no chat completions"),
        ("not there", {}, "there is no server at http://127.0.0.1:"),
        ("another protocol", {"faults": {"html": 1}}, "does not speak the OpenAI protocol"),
        ("no quota", {"faults": {"quota": 1}}, "the quota is used up"),
        ("hangs", {"faults": {"hang": 1}}, "no reply within 0.3 s"),
        ("broken", {"faults": {"500": 1}}, "HTTP 500"),
        ("temperature", {"refused_parameters": ["temperature"]}, "'temperature' is not supported"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_enqueued(server, tmp_path, monkeypatch, what, settings, said):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    server.change(**settings)
    url, model, temperature = server.base_url, MODEL, None
    match what:
        case "unknown model":
            model = "gpt-0"
        case "wrong path":
            url = url.removesuffix("/v1") + "/v2"
        case "not there":
            url = f"http://127.0.0.1:{unused_port()}/v1"
        case "temperature":
            temperature = 0.5
    client = LLMClient(model, url, temperature=temperature, timeout=0.3)
    store = tmp_path / "store.sqlite"
    with pytest.raises(ProbeError, match=said) as error:
        annotate(some_sentences(3), client, store=store, progress=False, backoff=Backoff(0.01, 0.02))
    assert "\n" not in str(error.value)
    assert KEY not in str(error.value)
    assert not store.exists()


def test_openai_needs_a_key():
    with pytest.raises(ValueError, match="OPENAI_API_KEY"):
        LLMClient("gpt-4.1-mini")


def test_a_base_url_that_is_none():
    with pytest.raises(ValueError, match="http://"):
        LLMClient(MODEL, "localhost:8000/v1")


@pytest.mark.parametrize("url", [f"http://ada:{KEY}@localhost/v1", f"http://localhost/v1?key={KEY}"])
def test_no_key_in_the_base_url(url):
    with pytest.raises(ValueError, match="OPENAI_API_KEY") as error:
        LLMClient(MODEL, url)
    assert KEY not in str(error.value)


def test_the_key_is_never_written(server, tmp_path, monkeypatch, caplog, capfd):
    """The server echoes it: in its errors, and as if a model had said it."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    sentences = some_sentences(12)
    poisoned = dict(zip([row["text"] for row in sentences], ["500", "bad request"] * 3, strict=False))
    spoken = {sentences[7]["text"]: f'{{"entities": [{{"text": "{KEY}", "concept": "{KEY}"}}]}}'}
    server.change(key=KEY, poisoned=poisoned, replies=spoken)
    client = quick_client(server.base_url)
    store = tmp_path / "store.sqlite"
    corpus = annotate(sentences, client, store=store, progress=False, max_attempts=2, backoff=Backoff(0.01, 0.02))
    assert len(corpus) == 5  # of the sixth reply no entity stands in the sentence
    with AnnotationStore(store) as opened:
        errors = {error for (error,) in opened.query("SELECT error FROM sentences WHERE state = 'failed'")}
    assert errors == {
        "HTTP 500: Internal error while serving [key]",
        "HTTP 400: This sentence is not allowed (key [key])",
    }
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"[key]" in written
    assert KEY.encode() not in written
    assert KEY not in caplog.text
    assert KEY not in "".join(capfd.readouterr())
    assert KEY not in repr(client)
