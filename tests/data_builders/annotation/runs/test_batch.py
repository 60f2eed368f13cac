"""The Batch API: nothing is paid for twice, whatever expires, fails or is killed."""

import json
import multiprocessing
import os
import signal
import time

import pytest
from support.annotation_cases import quick_client, quick_settings, some_sentences
from support.openai_server_process import OpenAIServerProcess

from nuner.data_builders.annotation.llm.cost import Prices
from nuner.data_builders.annotation.runs.batch import BatchSettings
from nuner.data_builders.annotation.runs.batch_table import BatchTable
from nuner.data_builders.annotation.runs.run import fill_store
from nuner.data_builders.annotation.store.status import StoreStatus
from nuner.data_builders.annotation.store.store import AnnotationStore

needs_fork = pytest.mark.skipif(os.name != "posix", reason="forks")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store.sqlite"


def fill(server, path, sentences=(), client=None, tell=None, **fields):
    """Run in batches; fields of `BatchSettings` and of `RunSettings`."""
    ways = {name: fields.pop(name) for name in ("wait", "max_requests", "max_bytes") if name in fields}
    batch = BatchSettings(poll_seconds=0.05, **ways)
    return fill_store(
        path, client or quick_client(server.base_url), quick_settings(**fields), sentences, batch=batch, tell=tell
    )


def answers(server, sentences):
    counts = server.statistics()["answered"]
    return {counts.get(row["text"], 0) for row in sentences}


def counts(path):
    with AnnotationStore(path) as store:
        return store.counts()


def test_batches_are_sent_and_fetched(path):
    sentences, told = some_sentences(250), []
    with OpenAIServerProcess(batch_seconds=0.2) as server:
        result = fill(server, path, sentences, max_requests=100, tell=told.append)
        assert (result.end, result.progress.done) == ("finished", 250)
        assert answers(server, sentences) == {1}
        assert server.statistics()["batches"] == ["completed"] * 3
        body = json.loads(server.statistics()["file"].splitlines()[0])
    assert told[0] == "Submitted batch_0: 100 requests"
    assert set(body) == {"custom_id", "method", "url", "body"}
    assert (body["method"], body["url"]) == ("POST", "/v1/chat/completions")
    assert body["body"]["response_format"]["type"] == "json_schema"
    with AnnotationStore(path) as store:
        assert [row.id for row in store.finished()] == [row["id"] for row in sentences]
        ((tokens,),) = store.query("SELECT min(prompt_tokens) FROM sentences")
    assert tokens > 0


def test_files_stay_within_the_limit_of_bytes(path):
    with OpenAIServerProcess() as server:
        fill(server, path, some_sentences(40), max_bytes=50_000)
        statistics = server.statistics()
    assert len(statistics["batches"]) > 1
    assert 40_000 < max(statistics["file_sizes"]) <= 50_000


def test_several_sentences_in_a_request_of_a_batch(path):
    sentences = some_sentences(50)
    with OpenAIServerProcess() as server:
        client = quick_client(server.base_url, several=True)
        fill(server, path, sentences, client, sentences_per_request=8)
        assert answers(server, sentences) == {1}
        assert len(server.statistics()["file"].splitlines()) == 7
    assert counts(path)["done"] == 50


def test_what_expired_is_sent_again(path):
    sentences = some_sentences(60)
    with OpenAIServerProcess(batch_outcomes=["expired", "completed"]) as server:
        assert fill(server, path, sentences).progress.done == 60
        assert answers(server, sentences) == {1}
        assert server.statistics()["batches"] == ["expired", "completed"]
    with AnnotationStore(path) as store:  # what was not answered has not lost an attempt
        assert store.query("SELECT DISTINCT attempts FROM sentences") == [(1,)]


def test_requests_that_fail_are_sent_again_and_then_failed(path):
    sentences = some_sentences(20)
    broken, filtered = sentences[3]["text"], sentences[5]["text"]
    with OpenAIServerProcess(poisoned={broken: "500", filtered: "content_filter"}) as server:
        result = fill(server, path, sentences, max_attempts=3)
        asked = server.statistics()["asked"]
    assert (result.progress.done, result.progress.failed) == (18, 2)
    assert asked.count(broken) == asked.count(filtered) == 3
    with AnnotationStore(path) as store:
        assert StoreStatus.of(store).errors == {"HTTP 500": 1, "the server's content filter stopped the reply": 1}


def test_a_full_queue_is_waited_for(path):
    sentences = some_sentences(30)
    with OpenAIServerProcess(batch_outcomes=["queue full", "completed"]) as server:
        assert fill(server, path, sentences).progress.done == 30
        assert answers(server, sentences) == {1}


@pytest.mark.parametrize(("outcome", "said"), [("failed", "Bad line"), ("cancelled", "was cancelled")])
def test_a_batch_that_the_server_ends_stops_the_run(path, outcome, said):
    with OpenAIServerProcess(batch_outcomes=[outcome]) as server:
        result = fill(server, path, some_sentences(10))
        assert result.end == "server"
        assert said in result.message
        assert fill(server, path).progress.done == 10


def test_faults_on_the_way_are_outlasted(path):
    sentences = some_sentences(30)
    faults = {"429 milliseconds": 0.2, "500": 0.2, "503": 0.2}
    with OpenAIServerProcess() as server:
        server.change(batch_faults=faults)
        assert fill(server, path, sentences, max_requests=10).progress.done == 30
        assert answers(server, sentences) == {1}
        assert server.statistics()["batches"] == ["completed"] * 3
        assert sum(server.statistics()["faults"].values()) > 0


def test_left_and_picked_up_elsewhere_with_the_store_alone(path, tmp_path):
    sentences = some_sentences(40)
    with OpenAIServerProcess(batch_seconds=600) as server:
        assert fill(server, path, sentences, wait=False).end == "waiting"
        with AnnotationStore(path) as store:
            status = StoreStatus.of(store)
        assert (status.open_batches, status.in_batches, status.under_way) == (1, 40, 0)
        assert fill(server, path, sentences, wait=False).end == "waiting"  # nothing is sent again
        elsewhere = tmp_path / "elsewhere.sqlite"
        path.rename(elsewhere)
        server.change(batches_due=True)
        result = fill(server, elsewhere, wait=False)
        assert (result.end, result.progress.done) == ("finished", 40)
        assert len(server.statistics()["batches"]) == 1


def start(server, path, sentences=()):
    process = multiprocessing.get_context("fork").Process(target=fill, args=(server, path, sentences))
    process.start()
    return process


def killed_when(process, condition):
    while not condition():
        time.sleep(0.02)
        assert process.is_alive()
    time.sleep(0.1)
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL


@needs_fork
@pytest.mark.parametrize("moment", ["hang before", "hang after"])
def test_killed_between_upload_and_submission(path, moment):
    """The server made the batch, or did not, and the process never heard of it."""
    sentences = some_sentences(40)
    with OpenAIServerProcess(batch_creation=[moment]) as server:
        killed_when(start(server, path, sentences), lambda: server.statistics()["batch_requests"] == 1)
        with AnnotationStore(path) as store:
            assert store.query("SELECT state, batch_id FROM batches") == [("uploaded", None)]
        assert fill(server, path, sentences).progress.done == 40
        assert len(server.statistics()["batches"]) == 1
        assert answers(server, sentences) == {1}


@needs_fork
def test_killed_while_it_waits(path):
    sentences = some_sentences(40)
    with OpenAIServerProcess(batch_seconds=1) as server:
        killed_when(start(server, path, sentences), lambda: len(server.statistics()["batches"]) == 1)
        assert fill(server, path, sentences).progress.done == 40
        assert len(server.statistics()["batches"]) == 1


def test_a_lost_answer_to_the_submission_does_not_pay_twice(path):
    sentences = some_sentences(20)
    with OpenAIServerProcess(batch_creation=["hang after"]) as server:
        client = quick_client(server.base_url, timeout=0.5)
        assert fill(server, path, sentences, client).progress.done == 20
        assert len(server.statistics()["batches"]) == 1


def test_two_workers_do_not_fetch_one_batch_twice(path):
    with OpenAIServerProcess(batch_seconds=60) as server:
        fill(server, path, some_sentences(5), wait=False)
    with AnnotationStore(path) as store:
        table, (first, second) = BatchTable(store), (store.join(), store.join())
        (batch,) = table.submitted()
        assert table.take_submitted(first, batch)
        assert not table.take_submitted(second, batch)


def test_a_cost_limit_holds_for_batches(path):
    prices = Prices(0.0, 10_000.0)  # a reply of 100 tokens may cost 1
    with OpenAIServerProcess() as server:
        client = quick_client(server.base_url, max_tokens=100)
        result = fill(server, path, some_sentences(30), client, prices=prices, max_cost=12.0)
        assert result.end == "cost limit"
        assert 10.5 < prices.cost(result.progress.usage) <= 12.0
