"""What goes to a folder of the user is all there, or nothing of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# A process that finds no more room for a file that is larger than all before it.
WITHOUT_ROOM = """
import sys
from datasets import Dataset, disable_progress_bars
from nuner.data_builders.schema import CORPUS_FEATURES
from nuner.hub_cards import write_corpus, write_space

disable_progress_bars()
door, folder, size = sys.argv[1], sys.argv[2], int(sys.argv[3])

def corpus(texts):
    rows = [{"id": text[:9], "text": text, "language": None, "source": None, "entities": []} for text in texts]
    return Dataset.from_list(rows, features=CORPUS_FEATURES)

large = [f"{i} {hash(str(i))} {i ** 50}" for i in range(2_000)]
splits = {"train": corpus(["Ada was here."] * 3), "validation": corpus(large)}
if size:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
try:
    if door == "corpus":
        write_corpus(splits, folder)
    else:
        write_space(folder, "ada/cities")
except OSError as error:
    print(error)
    sys.exit(3)
"""


def write(door: str, folder: Path, size: int = 0) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", WITHOUT_ROOM, door, str(folder), str(size)]
    return subprocess.run(program, capture_output=True, text=True, check=False)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
@pytest.mark.parametrize(
    ("door", "old", "size"),
    [("corpus", "default/train-00000-of-00001.parquet", 10_000), ("space", "space.json", 1_000)],
)
def test_a_full_disk_leaves_what_was_there_and_nothing_else(tmp_path, door, old, size):
    folder = tmp_path / "folder"
    (folder / old).parent.mkdir(parents=True)
    (folder / old).write_bytes(b"what was there")
    before = contents(tmp_path)
    for target in (folder, tmp_path / "new"):
        process = write(door, target, size)
        assert process.returncode == 3, process.stdout + process.stderr
        assert ".incomplete" not in process.stdout
        assert contents(tmp_path) == before
    process = write(door, folder)
    assert process.returncode == 0, process.stderr
    after = contents(folder)
    assert after[old] != b"what was there"
    assert max(map(len, after.values())) > size > len(after[old])
