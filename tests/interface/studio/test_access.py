"""Nobody but the page itself, opened with the token, gets anything of a project."""

import socket

import httpx
import pytest
from support.running_studio import TOKEN, Client, studio_thread

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def url(bi_encoder, tmp_path_factory):
    with studio_thread(tmp_path_factory.mktemp("project") / "trips.studio", bi_encoder) as (url, _):
        yield url


def ask(url, method="POST", path="/api/beat", **headers):
    given = {"Studio-Token": TOKEN, **JSON, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return httpx.request(method, url + path, headers=given, content=b"{}")


def test_whoever_knows_the_token_is_let_in(url):
    assert ask(url).status_code == 200
    answer = httpx.get(f"{url}/?token={TOKEN}")
    cookie = answer.headers["set-cookie"]
    assert answer.status_code == 200 and "HttpOnly" in cookie and "SameSite=Strict" in cookie
    name, value = cookie.partition(";")[0].split("=")
    assert httpx.post(f"{url}/api/beat", json={}, cookies={name: value}).status_code == 200


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", "é"])
def test_others_are_told_what_to_open(url, token):
    answer = httpx.post(f"{url}/api/beat?token={token}", json={}, headers={"Studio-Token": token.encode()})
    assert answer.status_code == 403 and "ends with the token" in answer.json()["detail"]
    assert "set-cookie" not in httpx.get(f"{url}/", params={"token": token}).headers


@pytest.mark.parametrize("path", ["/api/review", "/api/texts/1", "/api/labels/jsonl", "/api/types/1/effect"])
def test_nothing_is_read_without_the_token(url, path):
    assert httpx.get(url + path).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_a_page_from_elsewhere_is_refused_even_with_the_token(url, headers):
    for method in ("GET", "POST"):
        answer = ask(url, method, "/api/review", **headers)
        assert answer.status_code == 403 and "elsewhere" in answer.json()["detail"]
        assert "access-control-allow-origin" not in answer.headers


def test_a_name_that_was_pointed_here_is_refused(url):
    answer = ask(url, Host=f"evil.example:{httpx.URL(url).port}")
    assert answer.status_code == 403 and "known by the name" in answer.json()["detail"]
    assert httpx.get(url, headers={"Host": "evil.example"}).status_code == 403


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "192.168.0.7", socket.gethostname()])
def test_the_names_of_this_machine_are_known(url, host):
    address = f"{host}:{httpx.URL(url).port}"
    assert ask(url, Host=address, Origin=f"http://{address}", Sec_Fetch_Site="same-origin").status_code == 200


def test_every_answer_forbids_all_that_the_page_does_not_need(url):
    for answer in (httpx.get(url), httpx.get(f"{url}/page/main.js"), ask(url), httpx.get(f"{url}/api/review")):
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'") and "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"


def test_only_files_of_the_page_are_served(url):
    for path in ("/page/../app.py", "/page/%2e%2e/app.py", "/page/..%2fapp.py", "/docs", "/openapi.json", "/page/"):
        assert httpx.get(url + path).status_code == 404


def test_the_body_of_a_stranger_is_not_read(url):
    port = int(httpx.URL(url).port or 0)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        host = f"127.0.0.1:{port}"
        connection.sendall(f"POST /api/beat HTTP/1.1\r\nHost: {host}\r\nContent-Length: 999999999\r\n\r\n".encode())
        assert b" 403 " in connection.recv(100)


def test_a_body_that_is_too_large_is_refused(url):
    with Client(url) as client:
        answer = client.post("/types", content=b'{"name": "' + b"x" * (17 << 20) + b'"}', headers=JSON)
        assert answer.status_code == 413 and "bytes at most" in answer.json()["detail"]
        assert client.do("/beat")["state"]["types"] == []
