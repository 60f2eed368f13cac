"""The lock of an output: who gets it, what the others are told, and what is left of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from nuner.data_builders.files.output_lock import OutputInUseError, output_lock

HOLDER = """
import sys, time
from nuner.data_builders.files.output_lock import output_lock
with output_lock(sys.argv[1]):
    print("holding", flush=True)
    time.sleep(60)
"""

# Counts in a file without any care; a lock that lets two in loses counts.
COUNTER = """
import sys, time
from pathlib import Path
from nuner.data_builders.files.output_lock import OutputInUseError, output_lock
counter, counted = Path(sys.argv[1]), 0
while counted < 50:
    try:
        with output_lock(counter):
            number = int(counter.read_text())
            counter.write_text(str(number + 1))
            counted += 1
    except OutputInUseError:
        pass
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


@pytest.fixture
def holder(request):
    """Start processes that hold the lock of an output, and end them afterwards."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(output: Path) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-c", HOLDER, str(output)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"holding\n"
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.mark.parametrize("there", ["nothing", "a file", "a folder"])
def test_the_second_is_told_which_process_holds_the_lock_and_gets_it_after_kill_9(tmp_path, holder, there):
    output = tmp_path / "runs" / "corpus"
    if there != "nothing":
        output.parent.mkdir()
        output.touch() if there == "a file" else output.mkdir()
    process = holder(output)
    for _ in range(2):  # being refused changes nothing
        with pytest.raises(OutputInUseError, match=rf"corpus is being written by process {process.pid} on "):
            output_lock(output).__enter__()
    with output_lock(output.with_name("corpus2")):
        pass
    process.send_signal(signal.SIGKILL)
    process.wait()
    with output_lock(output):
        pass
    assert names(tmp_path) == (["runs"] if there == "nothing" else ["corpus", "runs"])


def test_folders_that_were_made_for_nothing_are_gone(tmp_path):
    (tmp_path / "runs").mkdir()
    with output_lock(tmp_path / "runs" / "a" / "b" / "corpus"):
        assert (tmp_path / "runs" / "a" / "b").is_dir()
    assert names(tmp_path) == ["runs"]
    with output_lock(tmp_path / "runs" / "a" / "b" / "corpus"):
        (tmp_path / "runs" / "a" / "figures").touch()
    assert names(tmp_path) == ["a", "figures", "runs"]


def test_an_output_has_one_lock_under_all_its_names(tmp_path, holder, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("corpus").mkdir()
    Path("link").symlink_to("corpus")
    holder(Path("link"))
    for name in ("corpus", "corpus/", "./corpus/../corpus", tmp_path / "corpus"):
        with pytest.raises(OutputInUseError):
            output_lock(name).__enter__()
    monkeypatch.chdir("corpus")
    with pytest.raises(OutputInUseError):
        output_lock(".").__enter__()


def test_a_block_within_a_block_has_the_lock_and_another_thread_has_not(tmp_path):
    output = tmp_path / "corpus"
    refused: list[str] = []

    def try_it() -> None:
        try:
            with output_lock(output):
                pass
        except OutputInUseError as error:
            refused.append(str(error))

    with output_lock(output):
        with output_lock(output):
            pass
        thread = threading.Thread(target=try_it)
        thread.start()
        thread.join()
    assert [f"process {os.getpid()} " in text for text in refused] == [True]
    try_it()
    assert len(refused) == 1
    assert names(tmp_path) == []


def test_no_two_are_ever_in_the_block(tmp_path):
    counter = tmp_path / "counter"
    counter.write_text("0")
    processes = [subprocess.Popen([sys.executable, "-c", COUNTER, str(counter)]) for _ in range(4)]
    assert [process.wait() for process in processes] == [0] * 4
    assert counter.read_text() == "200"


def test_an_error_ends_the_lock(tmp_path):
    with pytest.raises(RuntimeError), output_lock(tmp_path / "corpus"):
        raise RuntimeError
    with output_lock(tmp_path / "corpus"):
        pass
    assert names(tmp_path) == []


def test_long_names_are_told_apart(tmp_path):
    names_ = ["\u00e9" * 127 + end for end in "ab"]
    with output_lock(tmp_path / names_[0]), output_lock(tmp_path / names_[1]):
        assert len(names(tmp_path)) == 2


def test_a_leftover_note_of_any_kind_is_not_shown(tmp_path, holder):
    output = tmp_path / "corpus"
    holder(output)
    (tmp_path / ".corpus.lock").write_text("\x1b[2Jprocess 1")
    with pytest.raises(OutputInUseError, match="by another process: "):
        output_lock(output).__enter__()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a device")
def test_what_is_no_file_is_not_locked():
    with output_lock(os.devnull), output_lock(os.devnull):
        assert not list(Path("/dev").glob(".null*"))


# As somebody who may not write where the output lies.
ELSEWHERE = """
import os, sys, threading
from nuner.data_builders.files.output_lock import output_lock
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
def try_it(then):
    try:
        with output_lock(sys.argv[1]):
            then()
    except OSError as error:
        print(type(error).__name__, error)
def in_another_thread():
    thread = threading.Thread(target=try_it, args=[lambda: print("got it, too")])
    thread.start()
    thread.join()
    print("held")
try_it(in_another_thread)
"""


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="needs a second user")
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("open file", ["OutputInUseError", "held"]),
        ("open folder", ["OutputInUseError", "held"]),
        ("new", ["PermissionError [Errno 13] Permission denied: '", "new'"]),
        ("new folder/new", ["PermissionError [Errno 13] Permission denied: '", "new"]),
    ],
)
def test_an_output_in_a_folder_of_somebody_else_is_locked_or_refused(name, told):
    with tempfile.TemporaryDirectory(dir="/tmp") as outer:
        folder = Path(outer)
        folder.chmod(0o755)
        (folder / "open file").touch()
        (folder / "open file").chmod(0o666)
        (folder / "open folder").mkdir()
        (folder / "open folder").chmod(0o777)
        before = names(folder)
        process = subprocess.run([sys.executable, "-c", ELSEWHERE, str(folder / name)], capture_output=True, text=True)
        assert all(words in process.stdout for words in told), process.stdout + process.stderr
        assert names(folder) == before


@pytest.mark.skipif(sys.platform != "linux", reason="needs a folder in which the system makes no file")
def test_where_no_file_can_be_made_the_system_says_why():
    with pytest.raises(FileNotFoundError, match="/proc/absent"), output_lock("/proc/absent"):
        pass
