"""Several processes that answer at one port."""

import os
import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import psutil
import pytest
from support.cli_runs import nuner, start_nuner
from support.running_service import service_process
from support.tiny_recognizer import places, save_tiny_recognizer

from nuner import EntityRecognizer

TEXTS = [f"{name} visited paris and {name} lives in london" for name in ("acme", "berlin", "monday", "order")]

# A busy machine must not fail a test.
PATIENCE = 120


@pytest.fixture(scope="module")
def model(tiny_bert_dir, tmp_path_factory):
    return save_tiny_recognizer(tiny_bert_dir, tmp_path_factory.mktemp("served"))


def ask(url):
    # A connection of its own each time: the next one may go to the other process.
    found = [
        httpx.post(f"{url}/entities", json={"texts": text}, timeout=PATIENCE).json()["entities"] for text in TEXTS
    ]
    return places(found)


def metrics(url, name):
    lines = httpx.get(f"{url}/metrics", timeout=PATIENCE).text.splitlines()
    return [float(line.rpartition(" ")[2]) for line in lines if line.startswith(name)]


def workers_of(process):
    found = []
    for child in psutil.Process(process.pid).children():
        with suppress(psutil.Error):  # one that was killed
            if "spawn_main" in " ".join(child.cmdline()):
                found.append(child)
    return found


def test_two_processes_answer_alike_count_together_and_are_replaced(model):
    expected = places(EntityRecognizer.from_pretrained(model)(TEXTS))
    with service_process(model, "--workers", 2) as (url, process):
        with ThreadPoolExecutor(8) as clients:
            assert all(answer == expected for answer in clients.map(lambda _: ask(url), range(16)))
        assert metrics(url, 'nuner_requests_total{status="200"}') == [16 * len(TEXTS)]
        assert metrics(url, "nuner_waiting_requests") == [0]
        memory = metrics(url, "process_resident_memory_bytes")
        assert len(memory) == 2 and min(memory) > 1 << 20
        before = {worker.pid for worker in workers_of(process)}
        assert len(before) == 2
        os.kill(min(before), signal.SIGKILL)
        latest = time.monotonic() + PATIENCE
        while len(now := {worker.pid for worker in workers_of(process)} - {min(before)}) < 2:
            assert time.monotonic() < latest
            time.sleep(0.1)
        assert ask(url) == expected
        assert metrics(url, 'nuner_requests_total{status="200"}') == [17 * len(TEXTS)]
        process.terminate()
        assert process.wait(60) == 0
        assert not any(psutil.pid_exists(worker) for worker in now)
        assert process.stderr is not None
        assert "A worker has ended" in process.stderr.read()


def test_requests_under_way_are_answered_at_the_end(model):
    with service_process(model, "--workers", 2) as (url, process), ThreadPoolExecutor(4) as clients:
        long = {"texts": [" ".join(TEXTS) * 50] * 20}
        answers = [clients.submit(httpx.post, f"{url}/entities", json=long, timeout=PATIENCE) for _ in range(4)]
        while not metrics(url, "nuner_waiting_requests")[0]:
            time.sleep(0.01)
        process.terminate()
        assert [answer.result().status_code for answer in answers] == [200] * 4
        assert process.wait(60) == 0


def test_a_recognizer_that_cannot_be_loaded_is_said_once(model):
    process = start_nuner("serve", model, "--port", 0, "--workers", 2, "--label", "planet")
    out, error = process.communicate(timeout=5 * PATIENCE)
    assert process.returncode == 2
    assert out == ""
    assert len(error.splitlines()) == 1 and "planet" in error


def test_ctrl_c_while_workers_begin_ends_in_silence(model):
    process = start_nuner("serve", model, "--port", 0, "--workers", 2, start_new_session=True)
    latest = time.monotonic() + PATIENCE
    while len(workers_of(process)) < 2:
        assert process.poll() is None and time.monotonic() < latest
        time.sleep(0.1)
    time.sleep(0.5)  # they import
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    out, error = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, error) == (0, "", "")


def test_when_none_serves_and_none_can_the_service_ends_with_the_reason(model, tmp_path):
    folder = shutil.copytree(model, tmp_path / "served")
    with service_process(folder, "--workers", 2) as (_, process):
        shutil.rmtree(folder)
        for worker in workers_of(process):
            worker.kill()
        assert process.wait(5 * PATIENCE) == 2
        assert process.stderr is not None
        assert "there is no recognizer" in process.stderr.read().splitlines()[-1]


def test_far_more_processes_than_cores_are_refused(model):
    result = nuner("serve", model, "--port", 0, "--workers", 100 * (os.cpu_count() or 1))
    assert result.exit_code == 2
    assert "cores are of use to" in result.stderr


def test_workers_end_with_the_process_that_began_them(model):
    with service_process(model, "--workers", 2) as (_, process):
        workers = workers_of(process)
        process.kill()
        process.wait()
        _, alive = psutil.wait_procs(workers, timeout=60)
        assert not alive
