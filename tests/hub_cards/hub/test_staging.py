"""What is written only to be pushed does not stay."""

import os
import signal
import subprocess
import sys
import tempfile
import time

import pytest

from nuner.hub_cards.hub.staging import staging_folder

TWO_DAYS = 2 * 24 * 3600.0


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """The folder for temporary files, empty."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_nothing_is_left(temporary):
    with staging_folder() as folder:
        (folder / "model.safetensors").write_bytes(b"weights")
        assert [path.name for path in folder.iterdir()] == ["model.safetensors"]
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
def test_what_a_killed_push_left_is_removed_after_a_day(temporary):
    code = (
        "import os, signal\n"
        "from nuner.hub_cards.hub.staging import staging_folder\n"
        "with staging_folder() as folder:\n"
        "    (folder / 'model.safetensors').write_bytes(b'weights')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(temporary)}, timeout=120)
    assert done.returncode == -signal.SIGKILL
    (left,) = temporary.iterdir()
    with staging_folder():
        assert left.exists()  # it is not old enough to be sure
    age(left)
    with staging_folder():
        assert not left.exists()


def test_a_push_that_takes_days_is_left_alone(temporary):
    with staging_folder() as folder:
        age(folder.parent)
        with staging_folder():
            assert folder.exists()


def test_only_folders_of_pushes_are_removed(temporary):
    others = [temporary / "another-program", temporary / "nuner-push-file"]
    others[0].mkdir()
    others[1].write_text("mine")
    target = temporary / "elsewhere"
    target.mkdir()
    link = temporary / "nuner-push-link"
    link.symlink_to(target)
    for path in (*others, target):
        age(path)
    with staging_folder():
        assert target.exists() and link.exists()
        assert all(path.exists() for path in others)


def age(path):
    then = time.time() - TWO_DAYS
    os.utime(path, (then, then))
