"""Runs against servers that are broken or mean harm: every sentence is done, or failed with its reason."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import signal
import sys
import time
from collections import Counter

import pytest
from support.annotation_cases import quick_client, quick_settings, some_sentences
from support.hostile_answers import KINDS, REPLIES, USAGES
from support.openai_server_process import OpenAIServerProcess

from nuner.data_builders.annotation.llm.cost import Prices
from nuner.data_builders.annotation.llm.waiting import Backoff
from nuner.data_builders.annotation.runs.run import fill_store
from nuner.data_builders.annotation.sentences.writing import write_sentences
from nuner.data_builders.annotation.store import commits, workers
from nuner.data_builders.annotation.store.store import AnnotationStore

needs_fork = pytest.mark.skipif(os.name != "posix", reason="forks and sends signals")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store.sqlite"


REASONS = {
    **dict.fromkeys(REPLIES, "the"),
    "long reply": "the reply is longer than 200,000 characters",
    "429 for 31 years": "",
    "500 for 31 years": "HTTP 500: Not now.",
    "400 for 31 years": "HTTP 400: Not now.",
    "nested body": "the answer is nested too deeply",
    "drip": "no reply within 1 s",
    "bomb": "the answer is longer than 4 MiB",
    "endless": "the answer is longer than 4 MiB",
    "redirect": "HTTP 307",
    "no body": "the answer is not of the OpenAI protocol",
}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith(("404", "429", "503"))])
def test_one_bad_answer_spoils_no_other(path, kind):
    sentences = some_sentences(6)
    bad = sentences[2]["text"]
    with OpenAIServerProcess(poisoned={bad: kind}) as server:
        start = time.monotonic()
        result = fill_store(path, quick_client(server.base_url, timeout=1), quick_settings(max_attempts=2), sentences)
        assert time.monotonic() - start < 20
    with AnnotationStore(path) as store:
        errors = dict(store.query("SELECT text, error FROM sentences WHERE state = 'failed'"))
        if kind in USAGES or kind == "surrogates":
            assert (store.counts()["done"], errors) == (6, {})
            ((tokens,),) = store.query("SELECT prompt_tokens FROM sentences WHERE text = ?", (bad,))
            assert (tokens == 0) == (kind in USAGES)
        else:
            assert store.counts() == {"pending": 0, "done": 5, "failed": 1}
            assert errors[bad].startswith(REASONS[kind])
    assert result.end == "finished"


@pytest.mark.parametrize(
    "kind", ["404 for 31 years", "429 for 31 years", "429 at once", "429 negative", "503 in the past"]
)
def test_a_server_that_asks_for_odd_waits_is_neither_obeyed_nor_besieged(path, kind):
    sentences = some_sentences(4)
    with OpenAIServerProcess(poisoned={sentences[1]["text"]: kind}) as server:
        settings = quick_settings(backoff=Backoff(0.2, 0.4), patience=1.5)
        # The sentence is asked about until the server counts as gone.
        result = fill_store(path, quick_client(server.base_url), settings, sentences)
        asked = Counter(server.statistics()["asked"])[sentences[1]["text"]]
    assert result.end == "server"
    assert result.progress.done == 3
    assert 3 <= asked <= 20


def test_an_answer_without_credible_tokens_counts_in_full_against_the_limit(path):
    sentences = some_sentences(40)
    with OpenAIServerProcess(poisoned={row["text"]: "huge usage" for row in sentences}) as server:
        client = quick_client(server.base_url)
        settings = quick_settings(concurrency=1, prices=Prices(1.0, 4.0), max_cost=0.05)
        result = fill_store(path, client, settings, sentences)
    assert result.end == "cost limit"
    assert 0 < result.progress.done < 10


@pytest.mark.parametrize(
    "content",
    [
        [
            {"type": "text", "text": '{"entities": [{"text": "Paris", '},
            {"type": "text", "text": '"concept": "city"}]}'},
        ],
        [{"type": "thinking", "thinking": "Paris <> food"}, {"type": "text", "text": "Paris <> city"}],
        ["Paris <> city"],
    ],
)
def test_a_content_in_parts_is_read(path, content):
    sentences = some_sentences(1)
    with OpenAIServerProcess(contents={sentences[0]["text"]: content}) as server:
        fill_store(path, quick_client(server.base_url), quick_settings(), sentences)
    with AnnotationStore(path) as store:
        ((entities,),) = store.query("SELECT entities FROM sentences")
    assert json.loads(entities)["entities"] == [{"text": "Paris", "concept": "city"}]


def annotate_in_a_process(path, base_url, sentences, memory, timeout):
    """Run to the end in a process of its own, which tells how much memory it took."""
    settings = quick_settings(concurrency=32, max_attempts=12, backoff=Backoff(0.1, 1.0))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = fill_store(path, quick_client(base_url, timeout=timeout), settings, sentences)
    memory.put((result.end, before / 1024, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


@needs_fork
@pytest.mark.parametrize(
    ("count", "lease", "suspended"), [(150, 3.0, 6.0), pytest.param(2000, 120.0, 150.0, marks=pytest.mark.slow)]
)
def test_all_faults_two_processes_one_of_them_suspended(path, monkeypatch, count, lease, suspended):
    monkeypatch.setattr(workers, "LEASE_SECONDS", lease)
    monkeypatch.setattr(commits, "HEARTBEAT_SECONDS", lease / 6)
    sentences = some_sentences(count)
    context = multiprocessing.get_context("fork")
    memory = context.Queue()
    with OpenAIServerProcess(faults=dict.fromkeys(KINDS, 0.05), seed=7, latency=0.05) as server:
        processes = [
            context.Process(target=annotate_in_a_process, args=(path, server.base_url, sentences, memory, 3.0))
            for _ in range(2)
        ]
        for process in processes:
            process.start()
        while sum(server.statistics()["answered"].values()) < count // 10:
            time.sleep(0.1)
        os.kill(processes[0].pid or 0, signal.SIGSTOP)
        time.sleep(suspended)
        os.kill(processes[0].pid or 0, signal.SIGCONT)
        ends = [memory.get(timeout=600) for _ in processes]
        for process in processes:
            process.join()
        statistics = server.statistics()
    print("faults", sum(statistics["faults"].values()), "asked", len(statistics["asked"]), ends, file=sys.stderr)
    assert [end for end, *_ in ends] == ["finished", "finished"]
    # Without what the forked process had of its parent.
    assert max(after - before for _, before, after in ends) < 300
    with AnnotationStore(path) as store:
        counts = store.counts()
        assert counts["pending"] == 0
        assert counts["done"] + counts["failed"] == count
        assert store.query("SELECT count(*) FROM sentences WHERE state = 'failed' AND error IS NULL") == [(0,)]
        assert store.query("SELECT count(*) FROM sentences WHERE worker IS NOT NULL") == [(0,)]
        assert store.query("SELECT count(*) FROM workers") == [(0,)]
        assert store.query("PRAGMA integrity_check") == [("ok",)]


@needs_fork
def test_a_killed_process_leaves_nothing_that_the_other_does_not_take(path, tmp_path):
    sentences = some_sentences(120)
    write_sentences(sentences, tmp_path / "sentences.jsonl")
    context = multiprocessing.get_context("fork")
    memory = context.Queue()
    with OpenAIServerProcess(latency=0.2) as server:
        processes = [
            context.Process(target=annotate_in_a_process, args=(path, server.base_url, sentences, memory, 5.0))
            for _ in range(2)
        ]
        for process in processes:
            process.start()
        while sum(server.statistics()["answered"].values()) < 20:
            time.sleep(0.05)
        processes[0].kill()
        assert memory.get(timeout=60)[0] == "finished"
        processes[1].join()
    with AnnotationStore(path) as store:
        assert store.counts() == {"pending": 0, "done": 120, "failed": 0}
