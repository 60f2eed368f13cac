"""Files wherever they are: on this machine, or in any store that pyarrow or fsspec knows by a URL."""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nuner.data_builders.files.whole_files import whole_file

# A drive of Windows is no scheme.
_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]+)://[^?]*", re.IGNORECASE)
_SIGN = re.compile(r"[*\[]")
_UPLOADS = "_unfinished"
_GOOGLE_RETRY_SECONDS = 30
_CHECK = "check the address, and that the credentials for it are where its programs look for them"


class UnreachableError(OSError):
    """A place that cannot be read or written as it was named."""


@dataclass(frozen=True)
class Location:
    """A file or folder, or a pattern of files.

    Args:
        url: How the user named it: a path, or a URL whose part behind `?` may configure its store.

    Example:
        ```python
        >>> from nuner.predictions.parts.locations import Location
        >>> Location("texts.txt").inside("a").url, Location("s3://texts/de?region=eu-west-1").inside("a").url
        ('texts.txt/a', 's3://texts/de/a?region=eu-west-1')

        ```
    """

    url: str

    @property
    def is_local(self) -> bool:
        """Whether it is a path of this machine."""
        return _URL.match(self.url) is None or self.url.lower().startswith("file://")

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self._split()[0].rstrip("/").rpartition("/")[2]

    def inside(self, name: str) -> Location:
        """Return what is called so in this folder."""
        address, options = self._split()
        return Location(f"{address.rstrip('/')}/{name}{options}")

    def contains(self, other: Location) -> bool:
        """Tell whether another one is somewhere in this folder."""
        if self.is_local and other.is_local:
            return Path(os.path.realpath(other.path())).is_relative_to(os.path.realpath(self.path()))
        return other._split()[0].startswith(f"{self._split()[0].rstrip('/')}/")

    def path(self) -> Path:
        """Return the path of what is local."""
        return Path(self.url.partition("://")[2] if _URL.match(self.url) else self.url).expanduser()

    def absolute(self) -> Location:
        """Return what means the same on other machines that share the file system."""
        return Location(str(self.path().absolute())) if self.is_local else self

    def files(self) -> list[tuple[Location, str, int, str]]:
        """Find the file, or those that match the pattern, or those of the folder.

        Returns:
            Of each its location, its path below what is no pattern, its size in bytes and what tells one state of it
            from another; in the order of their paths. What is hidden, or begins with `_` as this package's own notes
            do, is passed over where it was not named so.

        Raises:
            UnreachableError: If the store cannot be asked.
        """
        system, path = self._opened()
        with self._explained("read"):
            if system.isfile(path):
                base, _, named = path.rpartition("/")
                found = {path: system.info(path)}
            elif system.isdir(path):
                base, named = path.rstrip("/"), "*"
                found = {inner["name"]: inner for inner in system.ls(path, detail=True)}
            else:
                base, named = self._divided(path)
                found = _matching(system, base, named)
        located = []
        for inner, info in sorted(found.items()):
            below = inner[len(base) :].lstrip("/") if base else inner
            if info["type"] == "file" and not _is_passed_over(below, named):
                located.append((self._again(inner), below, int(info["size"] or 0), _state(info)))
        return located

    def exists(self) -> bool:
        """Tell whether there is a file or folder."""
        system, path = self._opened()
        with self._explained("read"):
            return system.exists(path)

    def names(self) -> list[str]:
        """Return what lies in the folder, nothing where there is none."""
        system, path = self._opened()
        with self._explained("read"), suppress(FileNotFoundError):
            return sorted(inner.rstrip("/").rpartition("/")[2] for inner in system.ls(path, detail=False))
        return []

    def read(self) -> bytes:
        """Return what the file holds."""
        system, path = self._opened()
        with self._explained("read"), system.open(path, "rb") as file:
            return file.read()

    def remove(self) -> None:
        """Remove the file or folder, if it is there."""
        system, path = self._opened()
        with self._explained("changed"), suppress(FileNotFoundError):
            system.rm(path, recursive=system.isdir(path))

    @contextmanager
    def as_local(self) -> Iterator[Path]:
        """Give the file as one of this machine, for as long as it is read."""
        if self.is_local:
            yield self.path()
            return
        system, path = self._opened()
        with tempfile.TemporaryDirectory(prefix="nuner-") as folder:
            copy = Path(folder, self.name)
            with self._explained("read"):
                system.get_file(path, str(copy))
            yield copy

    @contextmanager
    def written(self) -> Iterator[Path]:
        """Write the file so that it is there whole, or as it was before.

        Yields:
            A path of this machine to write to; the file is moved to its place once the block has ended.
        """
        if self.is_local:
            self.path().parent.mkdir(parents=True, exist_ok=True)
            with whole_file(self.path()) as unfinished:
                yield unfinished
            return
        system, path = self._opened()
        with tempfile.TemporaryDirectory(prefix="nuner-") as folder:
            copy = Path(folder, "file")
            yield copy
            # Of an upload that breaks off, some stores keep what came until then.
            above = path.rpartition("/")[0]
            upload = f"{above}/{_UPLOADS}/{secrets.token_hex(8)}"
            with self._explained("written"):
                for needed in (above, upload.rpartition("/")[0]):
                    system.makedirs(needed, exist_ok=True)
                system.put_file(str(copy), upload)
                system.mv(upload, path)

    def write(self, content: str) -> None:
        """Write a text to the file, whole; what UTF-8 does not have, as some names of files, is escaped."""
        with self.written() as unfinished:
            unfinished.write_text(content, encoding="utf-8", errors="backslashreplace", newline="\n")

    def remove_if_empty(self) -> None:
        """Remove the folder, if nothing is in it."""
        if not self.names():
            self.remove()

    def remove_uploads(self) -> None:
        """Remove what uploads to this folder have left that were broken off."""
        if not self.is_local:
            self.inside(_UPLOADS).remove()

    def _split(self) -> tuple[str, str]:
        match = _URL.match(self.url)
        return (match.group(), self.url[match.end() :]) if match else (self.url, "")

    def _divided(self, path: str) -> tuple[str, str]:
        """Divide a path in its store into the folder that is no pattern, and the pattern, which may be none."""
        # The name of the current folder may hold signs of patterns.
        written = len(path) - len(str(self.path())) if self.is_local else 0
        sign = _SIGN.search(path, written)
        if sign is None:
            return path, ""
        base = path[: sign.start()].rpartition("/")[0]
        return base, path[len(base) :].lstrip("/")

    def _again(self, path: str) -> Location:
        """Return a path that the store gave as the user would have named it."""
        if self.is_local:
            return Location(path)
        address, options = self._split()
        top = _top(address)
        root = _store(top, options)[1].strip("/")
        return Location(f"{top}/{path.strip('/')[len(root) :].lstrip('/')}{options}")

    def _opened(self) -> tuple[Any, str]:
        """Return the store and the path in it."""
        from fsspec.implementations.local import LocalFileSystem

        if self.is_local:
            return LocalFileSystem(), self.absolute().url
        address, options = self._split()
        try:
            return _store(address, options)
        except ImportError as error:
            raise UnreachableError(f"{self.url} needs what is not installed: {_first_line(error)}") from error
        except (OSError, ValueError) as error:
            raise UnreachableError(f"{self.url} cannot be opened ({_first_line(error)}): {_CHECK}") from error

    @contextmanager
    def _explained(self, done: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except Exception as error:
            if self.is_local or not isinstance(error, (OSError, ValueError)):
                raise
            raise UnreachableError(f"{self.url} cannot be {done} ({_first_line(error)}): {_CHECK}") from error


def _top(address: str) -> str:
    """Return scheme and bucket, or host, of an address."""
    scheme, _, path = address.partition("://")
    return f"{scheme}://{path.partition('/')[0]}"


def _store(address: str, options: str) -> tuple[Any, str]:
    import fsspec
    import pyarrow
    from fsspec.implementations.arrow import ArrowFSWrapper
    from pyarrow import fs

    top = _top(address)
    if not options and top.startswith(("gs://", "gcs://")):
        options = f"?retry_limit_seconds={_GOOGLE_RETRY_SECONDS}"  # it would be a quarter of an hour
    try:
        # Signs of patterns are no part of a URL; the store is that of what stands before them.
        system, root = fs.FileSystem.from_uri(f"{top}/{options}")
    except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError):
        found: tuple[Any, str] = fsspec.url_to_fs(address)
        return found
    return ArrowFSWrapper(system), f"{root.rstrip('/')}/{address[len(top) :].lstrip('/')}".rstrip("/")


def _matching(system: Any, folder: str, pattern: str) -> dict[str, dict[str, Any]]:
    """Return what matches a pattern in a folder, and what is known of it."""
    from fsspec.utils import glob_translate

    if not pattern:
        return {}
    try:
        system.ls(folder, detail=False)  # a search passes over what it may not read
    except FileNotFoundError:
        return {}
    matches = re.compile(glob_translate(pattern)).match
    depth = None if "**" in pattern else pattern.count("/") + 1
    found = system.find(folder, maxdepth=depth, detail=True)
    return {path: info for path, info in found.items() if matches(path[len(folder) :].lstrip("/"))}


def _is_passed_over(below: str, named: str) -> bool:
    *folders, name = below.split("/")
    sign = named.rpartition("/")[2][:1]
    return any(folder.startswith((".", "_")) for folder in folders) or (name[0] in "._" and name[0] != sign)


def _state(info: dict[str, Any]) -> str:
    """Return what changes when a file does, as far as its store tells."""
    marks = [info.get(key) for key in ("etag", "ETag", "mtime", "LastModified", "last_modified", "created")]
    mark = next((mark for mark in marks if mark is not None), "")
    return f"{info['size']} {mark}"


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
