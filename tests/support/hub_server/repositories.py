"""Repositories of the test Hub, on disk: commits as JSON manifests, files by the hash of their content."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

MAIN = "main"
_COMMIT_ID = re.compile(r"[0-9a-f]{40}")


class NoSuchRevision(KeyError):
    """A branch, tag or commit that a repository does not have."""


@dataclass(frozen=True)
class StoredFile:
    """A file of a commit.

    Args:
        size: Bytes.
        blob_id: Git's SHA-1 of the file, or of the pointer to a large file.
        sha256: SHA-256 of a large file; None for files kept in git itself.
        xet_hash: Hash of the file in Xet storage, where it is kept there.
    """

    size: int
    blob_id: str
    sha256: str | None = None
    xet_hash: str | None = None


@dataclass(frozen=True)
class Commit:
    """A state of a repository.

    Args:
        id: Its hash.
        parent: Hash of the commit before.
        title: First line of its message.
        date: When, as ISO 8601.
        files: Path to file.
    """

    id: str
    parent: str | None
    title: str
    date: str
    files: dict[str, StoredFile]


def git_blob_id(content: bytes) -> str:
    """Git's hash of a file."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def lfs_file(sha256: str, size: int, xet_hash: str | None = None) -> StoredFile:
    """A large file, which git knows by a pointer."""
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n"
    return StoredFile(size, git_blob_id(pointer.encode()), sha256, xet_hash)


class Repository:
    """One repository.

    Args:
        folder: Where it is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._state = folder / "repository.json"

    @property
    def exists(self) -> bool:
        """Whether it has been made."""
        return self._state.is_file()

    def state(self) -> dict:
        """`private`, `branches`, `tags` and, for a Space, `sdk`."""
        return json.loads(self._state.read_text())

    def create(self, private: bool, sdk: str | None) -> None:
        """Make it, with the first commit that the Hub makes of its own."""
        attributes = (
            b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n*.parquet filter=lfs diff=lfs merge=lfs -text\n"
        )
        self.folder.mkdir(parents=True)
        self.write_state({"private": private, "sdk": sdk, "branches": {}, "tags": {}})
        self.commit(MAIN, "initial commit", {".gitattributes": self.store_blob(attributes)}, [])

    def write_state(self, state: dict) -> None:
        """Replace the state at once."""
        _write(self._state, json.dumps(state, indent=1).encode())

    def store_blob(self, content: bytes) -> StoredFile:
        """Keep a small file."""
        stored = StoredFile(len(content), git_blob_id(content))
        _write(self.folder / "blobs" / stored.blob_id, content)
        return stored

    def read_blob(self, stored: StoredFile) -> Path:
        """Where a small file lies."""
        return self.folder / "blobs" / stored.blob_id

    def resolve(self, revision: str) -> Commit:
        """The commit that a branch, a tag or a commit's hash names.

        Raises:
            NoSuchRevision: There is none.
        """
        state = self.state()
        commit_id = state["branches"].get(revision) or state["tags"].get(revision) or revision
        path = self.folder / "commits" / f"{commit_id}.json"
        if not _COMMIT_ID.fullmatch(commit_id) or not path.is_file():
            raise NoSuchRevision(revision)
        values = json.loads(path.read_text())
        files = {name: StoredFile(**stored) for name, stored in values.pop("files").items()}
        return Commit(files=files, **values)

    def history(self, revision: str) -> list[Commit]:
        """The commits from a revision back to the first."""
        commits = [self.resolve(revision)]
        while (parent := commits[-1].parent) is not None:
            commits.append(self.resolve(parent))
        return commits

    def commit(self, branch: str, title: str, added: dict[str, StoredFile], deleted: list[str]) -> Commit:
        """Add a commit to a branch.

        Args:
            branch: The branch; it must exist, unless this is the first commit.
            title: First line of the message.
            added: New and changed files.
            deleted: Paths of files, or of folders with a `/` at the end, that go.
        """
        state = self.state()
        parent = self.resolve(branch) if state["branches"] else None
        files = dict(parent.files) if parent else {}
        for gone in deleted:
            files = {p: f for p, f in files.items() if p != gone and not (gone.endswith("/") and p.startswith(gone))}
        files.update(added)
        values = {
            "parent": parent.id if parent else None,
            "title": title,
            "date": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
            "files": {name: asdict(files[name]) for name in sorted(files)},
        }
        seed = json.dumps([values, time.time_ns()]).encode()
        values["id"] = hashlib.sha1(seed, usedforsecurity=False).hexdigest()
        _write(self.folder / "commits" / f"{values['id']}.json", json.dumps(values, indent=1).encode())
        state["branches"][branch] = values["id"]
        self.write_state(state)
        return self.resolve(values["id"])


class Store:
    """All repositories and large files of the Hub.

    Args:
        root: Folder; what lies there from before is served again.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.lock = threading.RLock()
        """Held while something is changed."""
        self.objects = root / "objects"
        self.unfinished = root / "unfinished"
        for folder in (self.objects, self.unfinished):
            folder.mkdir(parents=True, exist_ok=True)

    def repository(self, kind: str, repo_id: str) -> Repository:
        """A repository, whether it exists or not."""
        return Repository(self.root / "repositories" / kind / repo_id)

    def object_path(self, sha256: str) -> Path:
        """Where a large file lies once it is whole."""
        return self.objects / sha256


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).replace(path)
