"""Clients that are slow, silent or gone, over real sockets."""

import asyncio
import contextlib
import http.client
import os
import resource
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from support.held_backend import HeldBackend
from support.running_service import server_thread, service_process, service_thread
from support.tiny_recognizer import save_tiny_recognizer

from nuner import EntityRecognizer
from nuner.serving import create_app, server
from nuner.serving.server import most_connections

HEAD = b"POST /entities HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
BODY = b'{"texts": "paris"}'


@pytest.fixture(scope="module")
def model(tiny_bert_dir, tmp_path_factory):
    return save_tiny_recognizer(tiny_bert_dir, tmp_path_factory.mktemp("slow"))


@contextlib.contextmanager
def connected(url, sent=b"", count=1):
    host, port = url.removeprefix("http://").split(":")
    with contextlib.ExitStack() as stack:
        sockets = []
        for _ in range(count):
            connection = stack.enter_context(socket.create_connection((host, int(port)), timeout=20))
            connection.sendall(sent)
            sockets.append(connection)
        yield sockets


def what_comes(connection):
    """All that the service sends until it hangs up."""
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65_536):
            received += part
    return received


def is_open(connection):
    """Whether the service has not hung up; what it sent is thrown away."""
    connection.setblocking(False)
    try:
        while connection.recv(65_536):
            pass
    except BlockingIOError:
        return True
    except ConnectionResetError:
        pass
    finally:
        connection.settimeout(20)
    return False


def is_answered_on(connection):
    """Whether the next answer on a connection is a good one."""
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    return bool(answer.read()) and answer.status == 200


def is_answered(url):
    return httpx.post(f"{url}/entities", json={"texts": "paris"}, timeout=20).status_code == 200


@pytest.mark.parametrize(
    ("begun", "drip"),
    [
        (b"", b""),
        (b"POST /enti", b""),
        (b"POST /entities HTTP/1.1\r\nHost: x\r\nX: ", b"x"),
        (HEAD % 1000 + b'{"texts": "', b"x"),
        (HEAD.replace(b"Content-Length: %d", b"Transfer-Encoding: chunked") + b"1\r\n{\r\n", b"1\r\n \r\n"),
        (b"GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", b"x"),
        (b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", b"x"),
    ],
)
def test_a_request_that_is_not_whole_in_time_is_hung_up_on(model, begun, drip):
    with service_thread(model, server_options={"request_seconds": 1}) as url, connected(url, begun) as (slow,):
        began = time.monotonic()
        while is_open(slow) and time.monotonic() < began + 10:
            with contextlib.suppress(OSError):
                slow.sendall(drip)
            time.sleep(0.1)
        assert 0.8 < time.monotonic() - began < 5
        assert is_answered(url)


def test_the_time_begins_anew_with_each_request_of_a_connection(model):
    with service_thread(model, server_options={"request_seconds": 2}) as url, connected(url) as (kept,):
        for _ in range(3):
            kept.sendall(HEAD % len(BODY))
            time.sleep(0.8)
            kept.sendall(BODY)
            assert is_answered_on(kept)
        time.sleep(2.5)  # idle, with nothing sent, it may be longer than a request
        kept.sendall(HEAD % len(BODY) + BODY + HEAD % len(BODY) + BODY[:5])  # one, and half of the next
        assert is_answered_on(kept)
        began = time.monotonic()
        assert what_comes(kept) == b"" and 1 < time.monotonic() - began < 5


def test_unfinished_bodies_count_as_requests_and_give_way(model):
    half = HEAD % len(BODY) + BODY[:5]
    with service_thread(model, max_requests=4) as url, connected(url, half, 4) as unfinished:
        time.sleep(0.3)  # all of them have come in
        with connected(url, half) as (newest,):
            refusal = what_comes(unfinished[0])
            assert refusal.startswith(b"HTTP/1.1 503") and b"retry-after: 1" in refusal
            assert is_answered(url)  # and another one gives way
            assert what_comes(unfinished[1]).startswith(b"HTTP/1.1 503")
            for connection in (unfinished[2], unfinished[3], newest):
                connection.sendall(BODY[5:])
                assert is_answered_on(connection)


def test_the_bytes_of_unfinished_bodies_are_bounded_together(model):
    with service_thread(model, max_bytes=1000) as url, connected(url, HEAD % 1000 + b" " * 900, 10) as unfinished:
        assert what_comes(unfinished[0]).startswith(b"HTTP/1.1 503")
        assert what_comes(unfinished[1]).startswith(b"HTTP/1.1 503")
        time.sleep(0.2)
        assert all(is_open(connection) for connection in unfinished[2:])
        assert is_answered(url)


def test_of_too_many_connections_those_go_that_have_been_silent_longest(model):
    with service_thread(model, server_options={"connections": 10}) as url, httpx.Client(base_url=url) as client:
        assert client.get("/health").status_code == 200
        with connected(url, b"", 5) as older, connected(url, HEAD % len(BODY) + BODY[:5], 4) as newer:
            time.sleep(0.3)  # all of them have come in
            assert client.get("/health").status_code == 200
            with connected(url, b"", 3) as newest:
                assert [what_comes(connection) for connection in older[:3]] == [b""] * 3
                assert all(is_open(connection) for connection in [*older[3:], *newer, *newest])
                assert client.get("/health").status_code == 200


def test_answers_that_nobody_reads_are_dropped(monkeypatch):
    monkeypatch.setattr(server, "_IDLE_SECONDS", 1)

    async def large_answers(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x" * 20_000_000})

    with server_thread(large_answers) as (url, running), connected(url) as (deaf,):
        deaf.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        deadline = time.monotonic() + 10
        while not running.server_state.connections:
            assert time.monotonic() < deadline
        while running.server_state.connections:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert len(what_comes(deaf)) < 20_000_000


@pytest.mark.parametrize("begun", [b"", b"POST /enti", HEAD % 1000 + b"{"])
def test_slow_clients_do_not_keep_the_service_from_ending(model, begun):
    # Some of them are not let in yet when it is to end.
    with service_process(model) as (url, process), connected(url, begun, 60):
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=30)
        assert time.monotonic() - began < 10
        assert log == ""


def test_what_takes_longer_than_the_graceful_time_is_told(model, caplog):
    recognizer = EntityRecognizer.from_pretrained(model)
    recognizer.backend = held = HeldBackend(recognizer.backend)
    with server_thread(create_app(recognizer), graceful_seconds=1) as (url, running), connected(url) as (client,):
        client.sendall(HEAD % len(BODY) + BODY)
        while "nuner_waiting_requests 1.0" not in httpx.get(f"{url}/metrics").text:
            pass
        began = time.monotonic()
        running.should_exit = True
        threading.Timer(2, held.let_go.set).start()
        answer = what_comes(client)
        assert answer.startswith(b"HTTP/1.1 503") and b"The service is ending" in answer
        assert 0.8 < time.monotonic() - began < 5
    assert "Traceback" not in caplog.text


def test_more_silent_sockets_than_files(model):
    command = [sys.executable, "-m", "nuner.cli", "serve", str(model), "--port", "0"]
    with subprocess.Popen(
        ["bash", "-c", 'ulimit -n 200; exec "$@"', "bash", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "COLUMNS": "200"},
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split(" is at ")[1].split(" ")[0]
            with connected(url, b"", 400) as silent:
                time.sleep(0.5)
                assert is_answered(url)
                assert sum(map(is_open, silent)) <= 200
        finally:
            process.terminate()
        _, log = process.communicate(timeout=30)
    assert log == ""


def test_a_file_limit_that_is_too_low_is_told(monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (100, 100))
    with pytest.raises(ValueError, match="may open 100 files only, too few to serve"):
        most_connections()
    for files, expected in ((1024, 896), (1 << 20, 2048), (resource.RLIM_INFINITY, 2048)):
        monkeypatch.setattr(resource, "getrlimit", lambda _, files=files: (files, files))
        assert most_connections() == expected


def test_accept_errors_are_told_once(model, monkeypatch, caplog):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with service_thread(model) as url, contextlib.ExitStack() as stack:
        client = stack.enter_context(httpx.Client(base_url=url))
        assert client.get("/health").status_code == 200
        knocking = [stack.enter_context(socket.socket()) for _ in range(40)]
        host, port = url.removeprefix("http://").split(":")
        open_files = max(connection.fileno() for connection in knocking) + 1
        resource.setrlimit(resource.RLIMIT_NOFILE, (open_files, hard))
        try:
            for connection in knocking:
                connection.connect((host, int(port)))
            time.sleep(2.5)
            assert client.get("/health").status_code == 200
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        time.sleep(1.2)
        assert is_answered(url)
    told = [record.getMessage() for record in caplog.records if "accept" in record.getMessage()]
    assert len(told) == 1 and told[0].startswith("No connection can be accepted ([Errno 24] Too many open files)")


@pytest.mark.parametrize("path", ["/health", "/metrics"])
def test_head_is_answered_without_a_body(model, path):
    with service_thread(model) as url:
        answer = httpx.head(f"{url}{path}")
        assert answer.status_code == 200 and answer.content == b""
        assert answer.headers.keys() == httpx.get(f"{url}{path}").headers.keys()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_many_requests_beside_slow_clients_are_all_answered_right(model):
    """Prints its figures: run it with `-s`."""
    megabyte = HEAD % (1 << 20) + b'{"texts": "' + b"x" * ((1 << 20) - 100)
    texts = ["paris visited london", "the order, berlin", "acme paris", "a b", "london " * 40]
    expected = [
        [(e["start"], e["end"], e["label"]) for e in found] for found in EntityRecognizer.from_pretrained(model)(texts)
    ]
    seconds = []

    async def one_client(client, number, requests):
        for i in range(requests):
            place = (number + i) % len(texts)
            began = time.monotonic()
            answer = await client.post("/entities", json={"texts": texts[place]})
            seconds.append(time.monotonic() - began)
            assert answer.status_code == 200, answer.text
            assert [(e["start"], e["end"], e["label"]) for e in answer.json()["entities"]] == expected[place]

    async def all_clients(url, requests):
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        async with httpx.AsyncClient(base_url=url, timeout=120, limits=limits) as client:
            await asyncio.gather(*(one_client(client, number, requests // 64) for number in range(64)))

    def memory(url):
        lines = httpx.get(f"{url}/metrics").text.splitlines()
        return next(float(li.split()[1]) for li in lines if li.startswith("process_resident_memory_bytes")) / 2**20

    def seconds_open(connections):
        began = time.monotonic()
        while any(map(is_open, connections)):
            time.sleep(0.5)
        return time.monotonic() - began

    with service_process(model) as (url, process), ThreadPoolExecutor() as watcher:
        asyncio.run(all_clients(url, 640))
        alone, seconds[:] = memory(url), []
        began = time.monotonic()
        with (
            connected(url, b"", 250) as silent,
            connected(url, b"POST /entities HTTP/1.1\r\nHo", 250) as heads,
            connected(url, megabyte, 500) as bodies,
        ):
            opened = time.monotonic() - began
            beside = memory(url)
            watch = watcher.submit(seconds_open, [*silent, *heads, *bodies])
            asyncio.run(all_clients(url, 12_032))
            asked = time.monotonic() - began - opened
            loaded, closed = memory(url), watch.result()
        with connected(url, b"POST /entities HTTP/1.1\r\nHo", 100), connected(url, megabyte, 100):
            ending = time.monotonic()
            process.send_signal(signal.SIGTERM)
            _, log = process.communicate(timeout=30)
            ended = time.monotonic() - ending
    print(
        f"{len(seconds):,} answered right in {asked:.1f} s (median {statistics.median(seconds):.3f} s, most "
        f"{max(seconds):.3f} s); 1,000 slow clients came in {opened:.1f} s, the last was hung up on "
        f"{closed:.1f} s later; memory {alone:.0f} MiB, with them {beside:.0f}, at the end {loaded:.0f}; "
        f"ended in {ended:.1f} s; log {len(log)} bytes"
    )
    assert beside < alone + 100 and loaded < alone + 100
    assert closed < 40 and ended < 10 and log == ""
