"""`nuner predict --engine ray` on a cluster of two nodes on this machine."""

import json
import os
import re
import signal
import socket
import threading
import time

import psutil
import pytest
from support.cli_runs import nuner, start_nuner
from support.s3_server import s3_server
from support.tiny_recognizer import save_tiny_recognizer

from nuner.predictions.parts.ray_run import ray_cluster

pytest.importorskip("ray", reason="ray is not installed")
pytestmark = pytest.mark.timeout(1800)

WORDS = ["paris", "london", "visited", "lives", "acme", "berlin", "monday", "order", "of"]


@pytest.fixture(scope="module")
def recognizer(tiny_bert_dir, tmp_path_factory):
    return save_tiny_recognizer(tiny_bert_dir, tmp_path_factory.mktemp("recognizer"))


@pytest.fixture
def texts(tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    for number in range(6):
        rows = [{"id": f"{number}-{row}", "text": " ".join(WORDS[row % 7 : row % 7 + number])} for row in range(40)]
        (folder / f"{number}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def run(*arguments, **environment):
    """Run a command as a program; its exit code and what it said, which goes to the standard error alone."""
    process = start_nuner(*arguments, **environment)
    out, error = process.communicate(timeout=900)
    assert out == ""
    return process.returncode, error


def found(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.jsonl")}


def alone(recognizer, texts, folder):
    """What one process finds, a file after the other."""
    folder.mkdir()
    for path in texts.iterdir():
        assert nuner("predict", recognizer, path, "--output", folder / path.name).exit_code == 0
    return found(folder)


def test_two_nodes_find_what_one_process_finds_and_a_bad_file_spoils_nothing(ray_address, recognizer, texts, tmp_path):
    expected = alone(recognizer, texts, tmp_path / "alone")
    broken = texts / "broken.parquet"
    broken.write_bytes(b"PAR1")
    command = ["predict", recognizer, texts, "--engine", "ray", "--address", ray_address, "-o", tmp_path / "found"]
    code, said = run(*command)
    assert code == 2, said
    assert "1 of 7 files could not be read (broken.parquet is no Parquet file" in said.splitlines()[-1]
    assert found(tmp_path / "found") == expected
    broken.unlink()
    code, said = run(*command)
    assert code == 0
    assert "6 parts are there; 0 are left" in said
    assert "240 texts (40 empty, 0 in windows)" in said
    summary = json.loads((tmp_path / "found/_nuner/summary.json").read_text())
    assert (summary["parts"], summary["texts"], summary["left_out"]) == (6, 240, 0)
    code, said = run(*command, "--column", "body")
    assert code == 2
    assert re.search(r"holds parts of a run with another column: .*--restart", said)
    (texts / "0.jsonl").write_text('{"text": "other"}\n')
    code, said = run(*command)
    assert code == 2
    assert "0.jsonl has changed since its part was made" in said


def test_nothing_is_lost_or_twice_when_a_worker_and_then_the_driver_are_killed(
    ray_address, recognizer, texts, tmp_path
):
    expected = alone(recognizer, texts, tmp_path / "alone")
    folder = tmp_path / "found"
    command = ["predict", recognizer, f"{texts}/*.jsonl", "--engine", "ray", "--address", ray_address, "-o", folder]
    driver = start_nuner(*command)
    await_parts(folder, 1, driver)
    worker().kill()
    await_parts(folder, 4, driver)
    driver.send_signal(signal.SIGKILL)
    driver.communicate()
    code, said = run(*command)
    assert code == 0, said
    assert found(folder) == expected
    assert sorted(path.name for path in (folder / "_nuner").iterdir()) == ["parts", "run.json", "summary.json"]


def await_parts(folder, number, driver):
    while len(found(folder)) < number:
        assert driver.poll() is None, driver.communicate()
        time.sleep(0.01)


def worker():
    for process in psutil.process_iter(["cmdline"]):
        if "MapWorker" in " ".join(process.info["cmdline"] or ()):
            return process
    raise AssertionError("nobody works")


def test_texts_and_parts_may_be_in_a_store(ray_address, recognizer, texts, tmp_path):
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_EC2_METADATA_DISABLED": "true"}
    with s3_server() as store:
        for path in texts.iterdir():
            store.objects[f"texts/{path.name}"] = path.read_bytes()
        # This cluster's workers have no credentials; those of a cluster of their own have those of the command.
        where = [store.url("texts/*.jsonl"), "--engine", "ray", "-o", store.url("found")]
        code, said = run("predict", recognizer, *where, "--label", "city", **keys)
        assert code == 0, said
        parts = {key.rpartition("/")[2] for key in store.objects if re.fullmatch(r"found/[^_/]+", key)}
        assert parts == {path.name for path in texts.iterdir()}
        entities = [json.loads(line)["entities"] for line in store.objects["found/5.jsonl"].splitlines()]
        assert {entity["label"] for one in entities for entity in one} == {"city"}
        store.allowed = False
        code, said = run("predict", recognizer, *where, **keys)
        assert code == 2
        assert "ACCESS_DENIED" in said and "credentials" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["texts/*.none", "--engine", "ray", "-o", "found"], "texts/*.none: no such file, and no file matches"),
        (["texts", "--engine", "ray"], "--engine takes INPUT and --output"),
        (["-", "--engine", "ray", "-o", "found"], "--engine takes INPUT and --output"),
        (["texts", "--engine", "ray", "-o", "texts"], "texts holds all that is read: choose another output"),
        (["texts", "--engine", "ray", "-o", "."], "holds all that is read: choose another output"),
        (["texts", "--engine", "ray", "-o", "other"], "holds files that are no parts of such a run"),
        (["texts", "-o", "found.jsonl", "--address", "auto"], "--address and --parts are for --engine"),
    ],
)
def test_what_cannot_be_done_is_said_before_ray_starts(recognizer, texts, tmp_path, monkeypatch, arguments, said):
    (tmp_path / "other").mkdir()
    (tmp_path / "other/notes.txt").write_text("mine")
    monkeypatch.chdir(tmp_path)
    result = nuner("predict", recognizer, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_where_no_cluster_is(recognizer, texts, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    for address in (f"127.0.0.1:{free}", f"ray://127.0.0.1:{free}", "nowhere.invalid:6379"):
        code, said = run(
            "predict", recognizer, texts, "--engine", "ray", "--address", address, "-o", tmp_path / "found"
        )
        assert code == 2
        assert f"there is no Ray cluster at {address}" in said.splitlines()[-1]


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""])
def test_where_something_else_answers(answer):
    def answer_once(listener):
        connection, _ = listener.accept()
        with connection:
            connection.recv(1 << 10)
            connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=answer_once, args=(listener,), daemon=True).start()
        address = "{}:{}".format(*listener.getsockname())
        with pytest.raises(ValueError, match=f"no Ray cluster at {address} .something else answers"):
            ray_cluster(address).__enter__()


def test_a_cluster_of_another_version(ray_address, recognizer, texts, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import ray\nray.__version__ = '1.2.3'\n")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    where = ["--engine", "ray", "--address", ray_address, "-o", tmp_path / "found"]
    code, said = run("predict", recognizer, texts, *where, PYTHONPATH=path)
    assert code == 2
    assert f"the Ray cluster at {ray_address} has other versions" in said.splitlines()[-1]
    assert "1.2.3" in said


def test_what_is_no_recognizer_there(ray_address, recognizer, texts, tmp_path):
    where = ["--engine", "ray", "--address", ray_address, "-o", tmp_path / "found"]
    code, said = run("predict", recognizer, texts, *where, "--label", "planet")
    assert code == 2
    assert "planet" in said.splitlines()[-1]
