import asyncio
import http.client
import random
import re
import signal
import socket
import time

import httpx
import pytest
from support.cli_runs import nuner
from support.held_backend import HeldBackend
from support.running_service import service_process, service_thread
from support.tiny_bi_encoder import save_tiny_bi_encoder
from support.tiny_recognizer import save_tiny_recognizer

from nuner import EntityRecognizer

WORDS = ["paris", "london", "visited", "lives", "acme", "berlin", "monday", "order", "of", "x1", "ümit", "😀"]


def text_of(words, seed):
    return " ".join(random.Random(seed).choices(WORDS, k=words))


def places(entities):
    return [(e["start"], e["end"], e["text"], e["label"], pytest.approx(e["score"], abs=1e-4)) for e in entities]


def plain(entities):
    return [(e["start"], e["end"], e["text"], e["label"], e["score"]) for e in entities]


@pytest.fixture(scope="module")
def model(tiny_bert_dir, tmp_path_factory):
    return save_tiny_recognizer(tiny_bert_dir, tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def url(model):
    with service_thread(model, max_bytes=200_000, max_requests=80) as address:
        yield address


@pytest.fixture(scope="module")
def direct(model):
    return EntityRecognizer.from_pretrained(model)


def test_one_text_and_many_are_answered_in_kind(url, direct):
    one = httpx.post(f"{url}/entities", json={"texts": "london 😀 visited paris"})
    assert plain(one.json()["entities"]) == places(direct("london 😀 visited paris")) != []
    texts = ["paris", None, "", text_of(200, 1), " \n", "e\u0301 berlin"]
    many = httpx.post(f"{url}/entities", json={"texts": texts}).json()["entities"]
    assert [plain(found) for found in many] == [places(found) for found in direct(texts)]
    halves = httpx.post(
        f"{url}/entities", content=rb'{"texts": "\ud83d paris"}', headers={"Content-Type": "application/json"}
    )
    assert plain(halves.json()["entities"]) == places(direct("\ud83d paris"))
    for text in ("\u200b", "\ufeff", "\ufffd", "\x00", "\xad"):
        assert httpx.post(f"{url}/entities", json={"texts": text}).json() == {"entities": []}
        assert httpx.post(f"{url}/entities", json={"texts": [text]}).json() == {"entities": [[]]}
    assert httpx.post(f"{url}/entities", json={"texts": []}).json() == {"entities": []}


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (b'{"texts": ["paris"', 400, "The body is not JSON: Expecting ',' delimiter at character 18."),
        (b"", 422, "The body is no JSON object"),
        (b"\xff\xfe", 400, None),
        (b"[" * 100_000, 400, None),
        (b"[]", 422, "The body is no JSON object"),
        (b"{}", 422, "The field texts is missing"),
        (b'{"texts": "a", "text": "b"}', 422, "There is no field text"),
        (b'{"texts": 5}', 422, "The field texts is wrong"),
        (b'{"texts": ["a", 5]}', 422, "The field texts.1 is wrong (input should be a valid string)"),
        (b'{"texts": "' + b"x" * 200_000 + b'"}', 413, "The request is larger than 200,000 bytes"),
    ],
)
def test_bad_requests_are_answered_with_a_sentence(url, body, status, sentence):
    answer = httpx.post(f"{url}/entities", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"].startswith(sentence or "")
    assert httpx.get(f"{url}/health").json()["status"] == "ok"


@pytest.mark.parametrize("chunked", [False, True])
def test_ten_megabytes_are_refused_and_the_client_reads_why(url, chunked):
    body = b'{"texts": "' + b"paris " * 1_700_000 + b'"}'
    parts = (body[i : i + 65_536] for i in range(0, len(body), 65_536))
    answer = httpx.post(
        f"{url}/entities", content=parts if chunked else body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413 and "send the texts in several requests" in answer.json()["detail"]


def test_who_asks_first_is_refused_before_sending(url):
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(
            b"POST /entities HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 10000000\r\nExpect: 100-continue\r\n\r\n"
        )
        assert connection.recv(4096).startswith(b"HTTP/1.1 413")


def test_many_clients_get_their_own_answers_and_batches_are_shared(url, direct):
    texts = [text_of(random.Random(i).choice([1, 3, 20, 300]), i) for i in range(64)]
    expected = [places(found) for found in direct(texts)]

    async def ask():
        async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=None)) as client:
            return await asyncio.gather(*(client.post(f"{url}/entities", json={"texts": text}) for text in texts))

    answers = asyncio.run(ask())
    assert {answer.status_code for answer in answers} == {200}
    assert [plain(answer.json()["entities"]) for answer in answers] == expected
    metrics = httpx.get(f"{url}/metrics").text
    figures = dict(line.rsplit(" ", 1) for line in metrics.splitlines() if not line.startswith("#"))
    assert float(figures["nuner_batch_texts_count"]) < float(figures["nuner_batch_texts_sum"])
    assert float(figures['nuner_requests_total{status="200"}']) >= 64
    assert float(figures["nuner_waiting_requests"]) == 0


def test_the_interface_describes_itself(url):
    schema = httpx.get(f"{url}/openapi.json").json()
    assert set(schema["paths"]) == {"/entities", "/health", "/metrics"}
    assert set(schema["paths"]["/entities"]["post"]["responses"]) == {"200", "400", "413", "422", "500", "503"}
    assert httpx.get(f"{url}/docs").status_code == 200
    assert httpx.get(f"{url}/health").json()["labels"] == ["city", "person"]


def test_beyond_its_queue_the_service_says_when_to_come_again(model):
    with service_thread(model, max_requests=2) as url:

        async def ask():
            async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=None)) as client:
                texts = [text_of(3000, seed) for seed in range(30)]
                return await asyncio.gather(*(client.post(f"{url}/entities", json={"texts": [t]}) for t in texts))

        answers = asyncio.run(ask())
    refused = [answer for answer in answers if answer.status_code == 503]
    assert refused and {answer.status_code for answer in answers} == {200, 503}
    assert all(1 <= int(answer.headers["Retry-After"]) <= 60 for answer in refused)
    assert refused[0].json()["detail"].startswith("Too many requests wait: try again in ")


@pytest.mark.parametrize("words", [1, 1000])  # the server stops reading behind a large body
def test_what_nobody_waits_for_any_more_is_not_recognized(model, words):
    recognizer = EntityRecognizer.from_pretrained(model)
    recognizer.backend = held = HeldBackend(recognizer.backend)
    many = [text_of(words, seed) for seed in range(300)]

    async def ask_and_leave():
        async with httpx.AsyncClient(timeout=60) as client:
            asked = asyncio.create_task(client.post(f"{url}/entities", json={"texts": many}))
            while "nuner_waiting_requests 1.0" not in (await client.get(f"{url}/metrics")).text:
                assert not asked.done()
            asked.cancel()
            until = time.monotonic() + 30
            while 'status="499"' not in (metrics := (await client.get(f"{url}/metrics")).text):
                assert time.monotonic() < until, metrics
            assert "nuner_waiting_requests 0.0" in metrics

    with service_thread(recognizer, max_bytes=10_000_000) as url:
        try:
            asyncio.run(ask_and_leave())
        finally:
            held.let_go.set()
        assert httpx.post(f"{url}/entities", json={"texts": "paris"}, timeout=30).status_code == 200
        metrics = httpx.get(f"{url}/metrics", timeout=30).text
    recognized = re.search(r"^nuner_texts_total (\S+)", metrics, re.MULTILINE)
    assert recognized and float(recognized[1]) < len(many)


def test_what_is_under_way_is_answered_before_the_service_ends(model):
    with service_process(model) as (url, process):

        async def ask():
            async with httpx.AsyncClient(timeout=60) as client:
                asked = asyncio.create_task(client.post(f"{url}/entities", json={"texts": [text_of(100_000, 1)]}))
                while "nuner_waiting_requests 1.0" not in (await client.get(f"{url}/metrics")).text:
                    assert not asked.done()
                process.send_signal(signal.SIGTERM)
                return await asked

        answer = asyncio.run(ask())
        assert answer.status_code == 200 and answer.json()["entities"][0]
        process.wait(timeout=30)


def test_a_port_that_is_taken_and_a_model_that_is_none(model, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = nuner("serve", model, "--port", taken.getsockname()[1])
    assert result.exit_code == 2 and "choose others by --host, --port" in result.stderr
    assert nuner("serve", tmp_path / "none", "--port", 0).exit_code == 2


def test_a_bi_encoder_is_served_with_the_types_that_are_named(tiny_bert_dir, tmp_path):
    bi_encoder = save_tiny_bi_encoder(tiny_bert_dir, tmp_path / "bi")
    direct = EntityRecognizer.from_pretrained(bi_encoder, labels=["city", "company"])
    texts = ["acme paid the order in berlin", "", "monday"]
    with service_process(bi_encoder, "--label", "city", "--label", "company") as (url, _):
        assert httpx.get(f"{url}/health").json()["labels"] == ["city", "company"]
        found = httpx.post(f"{url}/entities", json={"texts": texts}, timeout=30).json()["entities"]
    assert [plain(entities) for entities in found] == [places(entities) for entities in direct(texts)]
    assert any(found)


def test_a_connection_that_a_client_keeps_is_kept(model):
    with service_process(model) as (url, _):
        client = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
        for pause in (5.5, 0):  # uvicorn's own limit is 5 s, and so is httpx's: both hung up at once
            client.request("GET", "/health")
            assert client.getresponse().read()
            time.sleep(pause)


@pytest.mark.slow
def test_memory_stays_flat_under_load(model, direct):
    texts = [text_of(words, words) for words in (1, 2, 5, 10, 50, 100, 500, 1000, 2000)]
    expected = [places(found) for found in direct(texts)]

    async def memory(client):
        lines = (await client.get(f"{url}/metrics")).text.splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith("process_resident_memory_bytes"))

    async def client_of(client, number, until):
        chosen = random.Random(number)
        while time.monotonic() < until:
            place = chosen.randrange(len(texts))
            answer = await client.post(f"{url}/entities", json={"texts": texts[place]})
            assert plain(answer.json()["entities"]) == expected[place]

    async def run():
        async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=None)) as client:
            sizes = []
            for seconds in (6, 10):
                until = time.monotonic() + seconds
                await asyncio.gather(*(client_of(client, number, until) for number in range(64)))
                sizes.append(await memory(client))
            return sizes

    with service_process(model) as (url, _):
        warm, after = asyncio.run(run())
    assert after < 1.1 * warm
