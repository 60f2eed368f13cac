"""A disk that is soon full."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

needs_small_disk = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs a small disk of its own"
)


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """Make a folder that is a disk of its own; skip the test where none can be mounted.

    Args:
        folder: Where; it is made.
        size: How much it holds, such as `1200k`.
    """
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("a file system cannot be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def enlarge(folder: Path, size: str) -> None:
    """Make room on a small disk.

    Args:
        folder: Where it is mounted.
        size: How much it holds from now on.
    """
    subprocess.run(["mount", "-o", f"remount,size={size}", folder], check=True)


def make_read_only(folder: Path) -> None:
    """Let nothing be written to a small disk any more.

    Args:
        folder: Where it is mounted.
    """
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
