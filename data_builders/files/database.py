"""A SQLite file of ours: of a known kind and version, with errors in the words of its users."""

from __future__ import annotations

import errno
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

_BUSY_SECONDS = 900.0  # a process may be suspended in the middle of a transaction


@dataclass(frozen=True)
class DatabaseKind:
    """What tells the files of one kind from any other SQLite file.

    Args:
        title: What one of them is called in messages.
        application_id: Number in its header.
        version: Version of its tables.
        schema: Statements that make these, each of which ends at a semicolon and the end of its line.
        error: Raised, with a sentence for users, where a file cannot be used.
        synchronous: Whether a commit waits for the disk (`"FULL"`), so that also a power cut undoes none; without
            that (`"NORMAL"`) one can undo the last ones.
    """

    title: str
    application_id: int
    version: int
    schema: str
    error: type[ValueError]
    synchronous: Literal["FULL", "NORMAL"] = "NORMAL"


class Database:
    r"""An open file of some kind. It may be used by several threads, and the file by several processes at once.

    A file that cannot be written, as on read-only media, can be read if `create` is not set.

    Args:
        path: The file.
        kind: What it must be.
        create: Make a new one where there is no file.

    Raises:
        FileNotFoundError: If there is no file, and none is to be made.
        ValueError: If the file is of another kind or version; the class is that of the kind.
        OSError: If the disk is full.

    Example:
        ```python
        >>> import tempfile
        >>> kind = DatabaseKind("list", 7, version=1, schema="CREATE TABLE items (name TEXT);\n", error=ValueError)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     database = Database(Path(folder, "a.list"), kind)
        ...     with database.transaction() as connection:
        ...         _ = connection.execute("INSERT INTO items VALUES ('one')")
        ...     database.query("SELECT name FROM items")
        ...     database.close()
        [('one',)]

        ```
    """

    def __init__(self, path: str | Path, kind: DatabaseKind, *, create: bool = True) -> None:
        self.path, self.kind = Path(path), kind
        self._lock = threading.RLock()
        if not self.path.exists():
            if not create:
                raise FileNotFoundError(errno.ENOENT, "No such file or directory", str(self.path))
            self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = sqlite3.connect(
                self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        except sqlite3.OperationalError as error:
            raise kind.error(f"{self.path} cannot be opened: {error}.") from None
        try:
            with self._errors_for_users():
                self._open()
        except BaseException as error:
            self._connection.close()
            if create or not _is_for_reading_only(error):
                raise
            self._open_for_reading()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @property
    def total_changes(self) -> int:
        """Rows that were written since the file was opened."""
        return self._connection.total_changes

    def query(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self._lock, self._errors_for_users():
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Do all of it or nothing; no other thread comes in between."""
        with self._lock, self._errors_for_users():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _errors_for_users(self) -> Iterator[None]:
        error_class = self.kind.error
        try:
            yield
        except sqlite3.IntegrityError:
            raise  # the caller knows which of its rules was broken
        except sqlite3.OperationalError as error:
            if "disk is full" in str(error):
                raise OSError(errno.ENOSPC, "No space left on device", str(self.path)) from error
            if "locked" in str(error):
                raise error_class(
                    f"{self.path} is held by another process that does not let it go; is one suspended?"
                ) from error
            raise error_class(f"{self.path} cannot be used: {error}.") from error
        except sqlite3.DatabaseError as error:
            if "not a database" in str(error):
                raise error_class(f"{self.path} is no {self.kind.title}.") from None
            raise error_class(f"{self.path} is damaged: {error}.") from error

    def _open_for_reading(self) -> None:
        """Open a file that cannot be written, nor the files beside it that a log needs."""
        log = self.path.with_name(self.path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise self.kind.error(
                f"{self.path} cannot be written, and what was written last is in {log.name}: copy both into a folder "
                "that can be written, and read it there."
            )
        address = f"{self.path.resolve().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
        try:
            with self._errors_for_users():
                self._check_version()
        except BaseException:
            self._connection.close()
            raise

    def _open(self) -> None:
        connection = self._connection
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables and application != self.kind.application_id:
            raise self.kind.error(f"{self.path} is no {self.kind.title}.")
        if application != self.kind.application_id:
            # Before there is a log, so that the number is in the file itself, where others look for it.
            connection.execute(f"PRAGMA application_id = {self.kind.application_id}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {self.kind.synchronous}")
        connection.execute("PRAGMA foreign_keys = ON")
        with self.transaction():
            # Another process may have made the tables since.
            (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if not tables:
                for statement in self.kind.schema.split(";\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {self.kind.version}")
        self._check_version()

    def _check_version(self) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version != self.kind.version:
            raise self.kind.error(
                f"{self.path} is of version {version} of the {self.kind.title}; this release reads version "
                f"{self.kind.version}."
            )


def _is_for_reading_only(error: BaseException) -> bool:
    cause = error.__cause__
    return isinstance(cause, sqlite3.OperationalError) and any(
        words in str(cause) for words in ("readonly", "unable to open", "read-only")
    )
