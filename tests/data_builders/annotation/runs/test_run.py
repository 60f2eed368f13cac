"""Whole runs against a server that fails in every way it can."""

import asyncio
import multiprocessing
import os
import random
import signal
import sys
import threading
import time
from collections import Counter

import pytest
from support.annotation_cases import MODEL, quick_client, quick_settings, some_sentences
from support.openai_server_process import OpenAIServerProcess
from support.small_disk import enlarge, needs_small_disk, small_disk

from nuner.cli import main
from nuner.data_builders.annotation.llm.cost import Prices
from nuner.data_builders.annotation.runs.run import AnnotationStopped, annotate, fill_store
from nuner.data_builders.annotation.sentences.writing import write_sentences
from nuner.data_builders.annotation.store.store import AnnotationStore
from nuner.data_builders.schema import CORPUS_FEATURES

FAULTS = ("429", "429 seconds", "429 date", "429 milliseconds", "500", "503", "cut", "hang")
FAULTS += ("empty choices", "length", "content_filter", "non-json", "wrong json", "html")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store.sqlite"


def answered(server, sentences):
    """How often each of the sentences got a whole reply."""
    counts = server.statistics()["answered"]
    return [counts.get(row["text"], 0) for row in sentences]


@pytest.mark.parametrize("count", [60, pytest.param(2000, marks=pytest.mark.slow)])
def test_every_fault_at_ten_per_cent(path, count):
    sentences = some_sentences(count)
    settings = quick_settings(concurrency=64, max_attempts=60)
    with OpenAIServerProcess(faults=dict.fromkeys(FAULTS, 0.1), seed=count) as server:
        result = fill_store(path, quick_client(server.base_url), settings, sentences)
        assert set(server.statistics()["faults"]) == set(FAULTS)
        assert set(answered(server, sentences)) == {1}
    assert result.end == "finished"
    with AnnotationStore(path) as store:
        assert store.counts() == {"pending": 0, "done": count, "failed": 0}
        assert [sentence.id for sentence in store.finished()] == [row["id"] for row in sentences]
        assert store.query("PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize(
    ("kind", "reason", "asked"),
    [
        ("500", "HTTP 500: Internal error while serving none", 3),
        ("cut", "the connection was cut", 3),
        ("hang", "no reply within 0.5 s", 3),
        ("bad request", "HTTP 400: This sentence is not allowed (key none)", 1),
        ("empty choices", "the answer has no choices", 3),
        ("content_filter", "the server's content filter stopped the reply", 3),
        ("length", "the reply is cut off before its first whole entity", 3),
        ("non-json", "the reply has no JSON", 3),
        ("wrong json", "the JSON has no list of entities", 3),
        ("html", "the answer is not of the OpenAI protocol", 3),
    ],
)
def test_a_sentence_that_always_fails_is_a_failed_row_with_its_reason(path, kind, reason, asked):
    sentences = some_sentences(5)
    bad = sentences[2]["text"]
    with OpenAIServerProcess(poisoned={bad: kind}) as server:
        client = quick_client(server.base_url, timeout=0.5)
        result = fill_store(path, client, quick_settings(max_attempts=3), sentences)
        assert Counter(server.statistics()["asked"])[bad] == asked
        assert (result.end, result.progress.done, result.progress.failed) == ("finished", 4, 1)
        with AnnotationStore(path) as store:
            ((error, attempts),) = store.query("SELECT error, attempts FROM sentences WHERE state = 'failed'")
        assert error.startswith(reason)
        assert attempts == asked
        server.change(poisoned={})
        assert fill_store(path, client, quick_settings()).progress.failed == 1  # not asked again unless told to
        result = fill_store(path, client, quick_settings(), retry_failed=True)
        assert (result.progress.done, result.progress.failed) == (5, 0)
        assert set(answered(server, sentences)) == {1}


def test_a_truncated_reply_keeps_its_whole_entities(path):
    row = some_sentences(1)[0]
    reply = '{"entities": [{"text": "Paris", "concept": "city"}, {"text": "Ada", "conc'
    with OpenAIServerProcess(replies={row["text"]: reply}, finish_reason="length") as server:
        corpus = annotate([row], quick_client(server.base_url), store=path, progress=False)
    assert [entity["text"] for entity in corpus[0]["entities"]] == ["Paris"]
    with AnnotationStore(path) as store:
        (finished,) = store.finished()
    assert (finished.reply, finished.truncated) == (reply, True)


def test_several_sentences_in_a_request(path):
    sentences = some_sentences(50)
    bad = sentences[13]["text"]
    settings = quick_settings(sentences_per_request=8, max_attempts=3)
    with OpenAIServerProcess(poisoned={bad: "bad request"}) as server:
        fill_store(path, quick_client(server.base_url, several=True), settings, sentences)
        asked = Counter(server.statistics()["asked"])
    with AnnotationStore(path) as store:
        assert store.counts() == {"pending": 0, "done": 49, "failed": 1}
        finished = {sentence.text: sentence.reply for sentence in store.finished()}
        tokens = store.query("SELECT sum(prompt_tokens), sum(completion_tokens) FROM sentences")[0]
        total = store.usage()
    assert all('"Paris"' in reply for reply in finished.values())
    assert asked[bad] == 2  # with the others, and alone
    assert max(asked.values()) == 2
    # What the probe cost belongs to no sentence.
    assert 0 < total.prompt_tokens - tokens[0] < 1500


def test_a_reply_without_a_result_for_one_sentence_asks_about_that_one_again(path):
    sentences = some_sentences(4)
    with OpenAIServerProcess(forgotten=[sentences[1]["text"]]) as server:
        client = quick_client(server.base_url, several=True)
        fill_store(path, client, quick_settings(sentences_per_request=4), sentences)
        asked = Counter(server.statistics()["asked"])
    assert [asked[row["text"]] for row in sentences] == [1, 2, 1, 1]


def test_annotate_gives_a_dataset_and_asks_nothing_twice(path):
    with OpenAIServerProcess() as server:
        client = quick_client(server.base_url)
        first = annotate(["Ada lived in London.", {"text": "Bo met Cy.", "language": "en"}], client, store=path)
        corpus = annotate(["Bo met Cy.", "Dot saw Ed."], client, store=path, progress=False)
        assert set(server.statistics()["answered"].values()) == {1, 2}  # the sentence of the two probes
    assert first.features == CORPUS_FEATURES
    assert first["text"] == ["Ada lived in London.", "Bo met Cy."]
    assert corpus["text"] == ["Bo met Cy.", "Dot saw Ed."]
    entities = corpus[1]["entities"]
    assert [(e["start"], e["end"], e["text"]) for e in entities] == [(0, 3, "Dot"), (8, 10, "Ed")]


def test_annotate_where_an_event_loop_runs(path):
    async def notebook_cell():
        return annotate(["Ada lived in London."], MODEL, base_url=server.base_url, store=path, progress=False)

    with OpenAIServerProcess() as server:
        assert len(asyncio.run(notebook_cell())) == 1


def test_annotate_nothing(path):
    with OpenAIServerProcess() as server:
        assert len(annotate([], quick_client(server.base_url), store=path, progress=False)) == 0


def test_a_cost_limit_is_not_passed(path):
    prices, limit = Prices(1.0, 4.0), 0.05
    with OpenAIServerProcess(latency=0.01) as server:
        client = quick_client(server.base_url, max_tokens=200)
        settings = quick_settings(prices=prices, max_cost=limit)
        result = fill_store(path, client, settings, some_sentences(400))
        assert result.end == "cost limit"
        spent = prices.cost(result.progress.usage)
        # The next request could have cost more than what is left, and all that was asked is paid for.
        assert limit - 0.0025 < spent <= limit
        assert sum(server.statistics()["answered"].values()) == result.progress.done + 1
        with pytest.raises(AnnotationStopped, match="limit on the cost"):
            annotate(some_sentences(400), client, store=path, progress=False, prices=prices, max_cost=limit)
        result = fill_store(path, client, quick_settings(prices=prices, max_cost=1.0))
    assert (result.end, result.progress.done) == ("finished", 400)


def test_limits_a_minute_are_kept(path):
    with OpenAIServerProcess() as server:
        start = time.monotonic()
        fill_store(path, quick_client(server.base_url), quick_settings(requests_per_minute=1200), some_sentences(31))
        assert time.monotonic() - start > 1.5
        assert server.statistics()["most_in_flight"] <= 16


def test_a_server_that_goes_away_costs_no_attempts(path):
    sentences = some_sentences(60)
    with OpenAIServerProcess(latency=0.05) as server:
        client = quick_client(server.base_url)
        threading.Timer(0.8, server.process.kill).start()
        result = fill_store(path, client, quick_settings(concurrency=2, patience=0.5), sentences)
    assert result.end == "server"
    assert "no connection" in result.message or "cut" in result.message
    with AnnotationStore(path) as store:
        assert store.counts()["failed"] == 0
        assert store.counts()["pending"] > 0
    with pytest.raises(ValueError, match="there is no server"):
        fill_store(path, client, quick_settings())


@needs_small_disk
def test_a_full_disk_stops_the_run_and_loses_nothing_that_was_written(tmp_path):
    sentences = some_sentences(300)
    disk = tmp_path / "disk"
    path = disk / "store.sqlite"
    padding = '{"entities": [{"text": "Paris", "concept": "city", "description": "' + "x" * 20_000 + '"}]}'
    # Each sentence takes some 40 kB, reply and entities; a write-ahead log takes them once more.
    with small_disk(disk, "8m"), OpenAIServerProcess(replies={row["text"]: padding for row in sentences}) as server:
        client = quick_client(server.base_url)
        with pytest.raises(OSError, match="No space left"):
            fill_store(path, client, quick_settings(), sentences)
        enlarge(disk, "100m")
        with AnnotationStore(path) as store:
            before = store.counts()["done"]
        assert 0 < before < 300
        result = fill_store(path, client, quick_settings())
        assert result.progress.done == 300
        # What was under way when the disk was full had to be asked again.
        assert sum(answered(server, sentences)) <= 300 + 16


def start(*arguments):
    """Start `nuner annotate` as a process of its own, a fork of this one: importing everything anew takes seconds."""

    def annotate_and_exit():
        os.environ["COLUMNS"] = "200"
        # A shell that starts the tests in the background has told them to ignore Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.argv = ["nuner", "annotate", *map(str, arguments)]
        main()

    process = multiprocessing.get_context("fork").Process(target=annotate_and_exit)
    process.start()
    return process


def options(server, path):
    return ("--model", MODEL, "--base-url", server.base_url, "--store", path, "--concurrency", 16)


needs_fork = pytest.mark.skipif(os.name != "posix", reason="forks and sends signals")


@needs_fork
@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_killed_at_random_moments(path, tmp_path, kills):
    count = 300 * kills
    sentences, moments = some_sentences(count), random.Random(kills)
    file = tmp_path / "sentences.jsonl"
    write_sentences(sentences, file)
    saved = []  # after each kill: what was done, and how many questions the server had had
    with OpenAIServerProcess(latency=0.05) as server:
        for _ in range(kills):
            asked = len(server.statistics()["asked"])
            process = start(file, *options(server, path))
            while len(server.statistics()["asked"]) == asked:  # it is still starting
                time.sleep(0.02)
            time.sleep(moments.random())
            process.kill()
            process.join()
            assert process.exitcode == -signal.SIGKILL
            if path.exists():
                with AnnotationStore(path) as store:
                    assert store.query("PRAGMA integrity_check") == [("ok",)]
                    saved.append(({row.text for row in store.finished()}, len(server.statistics()["asked"])))
        assert 0 < len(saved[-1][0]) < count
        last = start(file, *options(server, path))
        last.join()
        assert last.exitcode == 0
        statistics = server.statistics()
    with AnnotationStore(path) as store:
        assert store.counts() == {"pending": 0, "done": count, "failed": 0}
        assert store.query("PRAGMA integrity_check") == [("ok",)]
        assert [sentence.text for sentence in store.finished()] == [row["text"] for row in sentences]
    for done, asked in saved:
        assert done.isdisjoint(statistics["asked"][asked:])
    # Only what was under way at a kill was asked again.
    answers = [statistics["answered"][row["text"]] for row in sentences]
    assert min(answers) == 1
    assert sum(answers) <= count + 16 * kills


@needs_fork
def test_two_processes_share_a_store(path, tmp_path):
    sentences = some_sentences(600)
    file = tmp_path / "sentences.jsonl"
    write_sentences(sentences, file)
    with OpenAIServerProcess(latency=0.1) as server:
        processes = [start(file, *options(server, path)) for _ in range(2)]
        for process in processes:
            process.join()
        assert [process.exitcode for process in processes] == [0, 0]
        statistics = server.statistics()
    assert statistics["most_in_flight"] > 16  # both were at work
    assert [statistics["answered"][row["text"]] for row in sentences] == [1] * 600
    with AnnotationStore(path) as store:
        assert store.counts()["done"] == 600
        assert store.query("SELECT count(*) FROM workers") == [(0,)]


@needs_fork
def test_ctrl_c_waits_for_what_is_under_way(path, tmp_path, capfd):
    sentences = some_sentences(500)
    file = tmp_path / "sentences.jsonl"
    write_sentences(sentences, file)
    with OpenAIServerProcess(latency=0.3) as server:
        process = start(file, *options(server, path))
        while len(server.statistics()["asked"]) < 20:
            time.sleep(0.05)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGINT)
        process.join()
        assert process.exitcode == 130
        assert "the same command goes on from there" in capfd.readouterr().err
        statistics = server.statistics()
    with AnnotationStore(path) as store:
        done = store.counts()["done"]
    # The probe was answered too. Nothing that was paid for is lost.
    assert 0 < done == sum(statistics["answered"].values()) - 1 < 500
