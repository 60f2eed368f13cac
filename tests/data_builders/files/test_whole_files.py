"""Writing files whole: what happens when it is broken off, and to links, permissions and names."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.files.unfinished import UNFINISHED
from nuner.data_builders.files.whole_files import remove_folder, whole_file, whole_files, write_whole

OLD, NEW = "what was there", "what is there now"

# A process that is ended by the test while it writes, and one that finds no more room for its file.
STOPPED = """
import sys, time
from pathlib import Path
from nuner.data_builders.files.whole_files import whole_file, whole_files
door, target = sys.argv[1:]
with (whole_file if door == "file" else whole_files)(Path(target)) as unfinished:
    written = unfinished if door == "file" else unfinished / "weights"
    written.write_text("half of it")
    print("writing", flush=True)
    time.sleep(60)
"""
WITHOUT_ROOM = """
import resource, signal, sys
from pathlib import Path
from nuner.data_builders.files.whole_files import whole_files, write_whole
door, target = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    if door == "file":
        write_whole(target, "x" * 100_000)
    else:
        with whole_files(target) as staging:
            (staging / "config").write_text("new")
            (staging / "weights").write_text("x" * 100_000)
except OSError as error:
    print(error)
    sys.exit(3)
"""

# Writes into a folder of which some parts are mounted, in a namespace of its own, where that is allowed.
WRITE = """
import os, sys
from pathlib import Path
from nuner.data_builders.files.whole_files import whole_files, write_whole
if os.getuid() == 0 and "as nobody" in sys.argv:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    for name in sys.argv[1].split(","):
        if name.endswith("/"):
            with whole_files(name) as staging:
                for file in ("config", "weights", "parts/first"):
                    (staging / file).parent.mkdir(exist_ok=True)
                    write_whole(staging / file, "what is there now")
        else:
            write_whole(name, "what is there now")
except OSError as error:
    print(error)
    sys.exit(3)
"""


def python(program: str, *arguments: str | Path) -> list[str]:
    return [sys.executable, "-c", program, *map(str, arguments)]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


def folder_with_old_files(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    for name in ("config", "weights", "notes of the user"):
        (folder / name).write_text(OLD)
    return folder


@given(st.lists(st.tuples(st.text(st.characters(codec="utf-8")), st.booleans()), min_size=1, max_size=5))
def test_a_file_holds_what_was_last_written_without_an_error(tmp_path_factory, writings):
    folder = tmp_path_factory.mktemp("writings")
    target, expected = folder / "figures.json", None
    for text, fails in writings:
        try:
            with whole_file(target) as unfinished:
                unfinished.write_bytes(text.encode())
                if fails:
                    raise RuntimeError("in the middle")
            expected = text
        except RuntimeError:
            pass
    assert (target.read_bytes().decode() if target.exists() else None) == expected
    assert names(folder) == ([target.name] if expected is not None else [])


def test_text_is_written_as_it_is(tmp_path):
    target = tmp_path / "page.html"
    write_whole(target, "a\r\nb\n\ud800", errors="xmlcharrefreplace")
    assert target.read_bytes() == b"a\r\nb\n&#55296;"
    write_whole(target, b"\x00\xff")
    assert target.read_bytes() == b"\x00\xff"


@pytest.mark.parametrize("door", ["file", "folder"])
def test_a_killed_process_leaves_what_was_there_and_the_next_one_removes_its_leftovers(tmp_path, door):
    folder = folder_with_old_files(tmp_path)
    target = folder / "weights" if door == "file" else folder
    before = names(tmp_path)
    process = subprocess.Popen(python(STOPPED, door, target), stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"writing\n"

    # What a living process writes is not taken for a leftover.
    write(door, target)
    assert any(name.endswith(UNFINISHED) for name in names(tmp_path))
    (folder / "weights").write_text(OLD)

    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert (folder / "weights").read_text() == OLD
    assert any(name.endswith(UNFINISHED) for name in names(tmp_path))

    write(door, target)
    assert names(tmp_path) == before
    assert (folder / "weights").read_text() == NEW


def write(door: str, target: Path) -> None:
    if door == "file":
        write_whole(target, NEW)
    else:
        with whole_files(target) as staging:
            (staging / "weights").write_text(NEW)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
@pytest.mark.parametrize("door", ["file", "folder"])
def test_a_full_disk_leaves_what_was_there_and_nothing_else(tmp_path, door):
    folder = folder_with_old_files(tmp_path)
    before = names(tmp_path)
    target = folder / "weights" if door == "file" else folder
    process = subprocess.run(python(WITHOUT_ROOM, door, target), capture_output=True, text=True)
    assert process.returncode == 3, process.stderr
    assert UNFINISHED not in process.stdout
    assert names(tmp_path) == before
    assert {(folder / name).read_text() for name in names(folder)} == {OLD}


def test_errors_name_the_file_of_the_user(tmp_path):
    with pytest.raises(FileNotFoundError) as missing:
        write_whole(tmp_path / "missing" / "figures.json", "{}")
    assert missing.value.filename == str(tmp_path / "missing" / "figures.json")

    with pytest.raises(ValueError, match=r"^.*/model/config: no JSON$"), whole_files(tmp_path / "model") as staging:
        raise ValueError(f"{staging / 'config'}: no JSON")
    assert names(tmp_path) == []

    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path, "{}")


def test_errors_name_an_existing_folder_as_the_user_does(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder_with_old_files(tmp_path)
    Path("model", "in the way").mkdir()
    Path("link").symlink_to("model")
    for name in ("model", "link"):
        with pytest.raises(OSError) as blocked, whole_files(name) as staging:
            (staging / "in the way").write_text(NEW)
        assert (blocked.value.filename, blocked.value.filename2) == (f"{name}/in the way",) * 2
        with pytest.raises(OSError) as missing, whole_files(name) as staging:
            (staging / "no" / "folder").write_text(NEW)
        assert missing.value.filename == f"{name}/no/folder"
    with pytest.raises(FileExistsError) as taken, whole_files("model/config"):
        raise AssertionError("this is told before anything is written")
    assert taken.value.filename == "model/config"


def mounted(folder: Path, mount: str, written: str) -> dict[str, str]:
    """Write while a shell command has mounted something; return what is in the folder then."""
    write = " ".join(shlex.quote(part) for part in python(WRITE, written))
    show = 'find . -type f -exec sh -c \'for file; do echo "$file: $(cat "$file")"; done\' sh {} +'
    command = f"{mount} || exit 77; {write} || exit 78; {show}"
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("needs namespaces for mounts")
    process = subprocess.run(
        [unshare, "-rm", "sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False
    )
    if process.returncode in (1, 77):  # unshare's own error, or that of mount
        pytest.skip(f"mounting is not allowed here: {process.stderr}")
    assert process.returncode == 0, process.stdout + process.stderr
    lines = (line.removeprefix("./").partition(": ") for line in process.stdout.splitlines())
    return {name: content for name, _, content in lines}


@pytest.mark.skipif(sys.platform == "win32", reason="needs mounts")
@pytest.mark.parametrize(
    "mount",
    [
        "mount -t tmpfs none model",
        "mkdir model/parts && mount -t tmpfs none model/parts",
        "mount -t tmpfs none model && touch model/config && mount --bind elsewhere model/config",
        'mount --bind . . && cd "$PWD" && mount -t tmpfs none model && mount -o remount,ro,bind .',
    ],
    ids=["the folder", "one in it", "a file in it", "the folder in one that is read-only"],
)
def test_a_folder_that_is_mounted_gets_its_files(tmp_path, mount):
    folder_with_old_files(tmp_path)
    (tmp_path / "elsewhere").write_text(OLD)
    found = mounted(tmp_path, mount, "model/")
    assert {found[f"model/{name}"] for name in ("config", "weights", "parts/first")} == {NEW}
    assert set(found) <= {f"model/{name}" for name in ("config", "weights", "parts/first", "notes of the user")} | {
        "elsewhere"
    }


@pytest.mark.skipif(sys.platform == "win32", reason="needs mounts")
@pytest.mark.parametrize(
    "mount",
    [
        "true",
        "mount --bind elsewhere figures",
        'mount --bind . . && cd "$PWD" && mount --bind elsewhere figures && mount -o remount,ro,bind .',
    ],
    ids=["nothing", "the file", "the file, in a folder that is read-only"],
)
def test_a_file_that_is_mounted_gets_its_content(tmp_path, mount):
    for name in ("figures", "elsewhere"):
        (tmp_path / name).write_text(OLD)
    found = mounted(tmp_path, mount, "figures")
    assert found["figures"] == NEW
    assert set(found) == {"figures", "elsewhere"}


@pytest.fixture
def folder_of_somebody_else():
    """A folder that may be written by its owner alone, with an open folder and open files in it."""
    if sys.platform == "win32" or os.geteuid() != 0:
        pytest.skip("needs a second user")
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for file in ("open", "closed", "model/config", "model/weights"):
            (folder / file).parent.mkdir(exist_ok=True)
            (folder / file).write_text(OLD)
            (folder / file).chmod(0o644 if file == "closed" else 0o666)
        yield folder


@pytest.mark.parametrize(
    ("written", "mode", "code", "shown"),
    [
        ("open", 0o755, 0, ""),
        ("closed", 0o777, 3, "'closed'"),
        ("new", 0o755, 3, "'new'"),
        ("model/", 0o777, 0, ""),
        ("model/", 0o755, 3, "'model'"),
        ("other/", 0o755, 3, "'other'"),
    ],
)
def test_what_somebody_else_owns_is_written_where_that_is_allowed(folder_of_somebody_else, written, mode, code, shown):
    folder = folder_of_somebody_else
    (folder / "model").chmod(mode)
    before = names(folder)
    process = subprocess.run(
        python(WRITE, written, "as nobody"), cwd=folder, capture_output=True, text=True, check=False
    )
    assert process.returncode == code, process.stdout + process.stderr
    assert shown in process.stdout
    new = {"open": {"open"}, "model/": {"model/config", "model/weights", "model/parts/first"}}.get(written, set())
    new = new if code == 0 else set()
    now = {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}
    assert {name for name, content in now.items() if content == NEW} == new
    assert set(names(folder)) - set(before) == ({"parts", "first"} if "model/config" in new else set())


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_folder_keeps_links_and_permissions_as_a_single_file_does(tmp_path):
    folder = folder_with_old_files(tmp_path)
    (folder / "weights").chmod(0o600)
    (tmp_path / "elsewhere").write_text(OLD)
    (folder / "config").unlink()
    (folder / "config").symlink_to(tmp_path / "elsewhere")
    with whole_files(folder) as staging:
        for name in ("config", "weights"):
            (staging / name).write_text(NEW)
    assert (folder / "config").is_symlink()
    assert (tmp_path / "elsewhere").read_text() == (folder / "weights").read_text() == NEW
    assert stat.S_IMODE((folder / "weights").stat().st_mode) == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_permissions_are_those_of_the_old_file_or_of_any_new_one(tmp_path):
    (tmp_path / "any").touch()
    usual = stat.S_IMODE((tmp_path / "any").stat().st_mode)
    write_whole(tmp_path / "new", NEW)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == usual

    old = tmp_path / "old"
    old.touch()
    old.chmod(0o640)
    write_whole(old, NEW)
    assert stat.S_IMODE(old.stat().st_mode) == 0o640

    with whole_files(tmp_path / "folder") as staging:
        (staging / "file").touch()
    (tmp_path / "any folder").mkdir()
    assert (tmp_path / "folder").stat().st_mode == (tmp_path / "any folder").stat().st_mode
    assert stat.S_IMODE((tmp_path / "folder" / "file").stat().st_mode) == usual


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="nothing is refused to root")
def test_a_file_that_may_not_be_written_is_refused(tmp_path):
    target = tmp_path / "figures.json"
    target.write_text(OLD)
    target.chmod(0o444)
    with pytest.raises(PermissionError, match="figures"):
        write_whole(target, NEW)
    assert target.read_text() == OLD


def test_links_are_followed(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "figures.json").write_text(OLD)
    link = tmp_path / "figures.json"
    link.symlink_to(elsewhere / "figures.json")
    write_whole(link, NEW)
    assert link.is_symlink()
    assert (elsewhere / "figures.json").read_text() == NEW

    model = tmp_path / "model"
    model.symlink_to(elsewhere)
    with whole_files(model) as staging:
        (staging / "config").write_text(NEW)
    assert model.is_symlink()
    assert names(elsewhere) == ["config", "figures.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs named pipes")
def test_a_pipe_is_written_to_as_it_is(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write_whole(pipe, NEW)
    reader.join()
    assert read == [NEW]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_long_names_can_be_written(tmp_path):
    name = "\u00e9" * 120 + ".json"
    write_whole(tmp_path / name, NEW)
    assert names(tmp_path) == [name]


def test_a_folder_gets_all_files_or_none(tmp_path):
    folder = folder_with_old_files(tmp_path)
    with pytest.raises(RuntimeError), whole_files(folder) as staging:
        (staging / "config").write_text(NEW)
        raise RuntimeError("the weights cannot be written")
    assert {(folder / name).read_text() for name in names(folder)} == {OLD}

    with whole_files(folder) as staging:
        for name in ("config", "weights", "parts/first"):
            (staging / name).parent.mkdir(exist_ok=True)
            (staging / name).write_text(NEW)
    assert all((folder / name).read_text() == NEW for name in ("config", "weights", "parts/first"))
    assert (folder / "notes of the user").read_text() == OLD
    assert names(tmp_path) == sorted(["model", "config", "weights", "parts", "first", "notes of the user"])


def test_a_file_that_cannot_be_moved_puts_the_others_back(tmp_path):
    folder = folder_with_old_files(tmp_path)
    (folder / "in the way").mkdir()
    before = names(tmp_path)
    with pytest.raises(OSError), whole_files(folder) as staging:
        for name in ("config", "added", "in the way"):
            (staging / name).write_text(NEW)
    assert names(tmp_path) == before
    assert (folder / "config").read_text() == OLD


def test_several_may_write_the_same_file(tmp_path):
    target = tmp_path / "figures.json"
    texts = [str(number) * 10_000 for number in range(8)]

    def write_often(text: str) -> None:
        for _ in range(20):
            write_whole(target, text)
            assert target.read_text() in texts

    with ThreadPoolExecutor(len(texts)) as pool:
        list(pool.map(write_often, texts))
    assert names(tmp_path) == ["figures.json"]


REMOVER = """
import os, sys
from nuner.data_builders.files import unfinished, whole_files
whole_files.remove = lambda path: os.kill(os.getpid(), 9)  # killed before anything is removed
whole_files.remove_folder(sys.argv[1])
"""


def test_a_folder_is_removed_in_one_step(tmp_path):
    folder = folder_with_old_files(tmp_path)
    process = subprocess.run(python(REMOVER, folder), check=False)
    assert process.returncode == -signal.SIGKILL
    assert not folder.exists()
    assert len(list(tmp_path.iterdir())) == 1
    remove_folder(folder)  # also of what was left
    assert names(tmp_path) == []
