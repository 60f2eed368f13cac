"""What was done in a project, step by step, and how it is undone, also after the program has ended."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from ...files.database import Database
from .schema import TRACKED, ProjectError

_COLUMNS = "number, annotator, summary, text"


class Operation(NamedTuple):
    """Something that an annotator did.

    Args:
        number: Its number; later ones have higher ones.
        annotator: Number of the annotator.
        summary: What it was, as `renamed the type 'film' to 'title'`.
        text: Number of the text that it was done to, if it was one.
    """

    number: int
    annotator: int
    summary: str
    text: int | None


class History:
    """The operations of a project.

    Each is one transaction, which also keeps the former values of the rows that it changes; the triggers of the
    schema see to that.

    Args:
        database: The project's file.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def operation(self, annotator: int, summary: str, text: int | None = None) -> Iterator[sqlite3.Connection]:
        """Do something that can be undone.

        Args:
            annotator: Who does it.
            summary: What it is.
            text: The text that it is done to, if it is one.

        Yields:
            A connection to write with; nothing is written if the block ends with an error.
        """
        with self._database.transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO operations (annotator, summary, text, done_at) VALUES (?, ?, ?, ?)",
                (annotator, summary, text, time.time()),
            )
            connection.execute("UPDATE running SET operation = ?", (cursor.lastrowid,))
            yield connection
            connection.execute("UPDATE running SET operation = NULL")

    def last(self, annotator: int | None = None) -> Operation | None:
        """Return what was done last: by an annotator, or by anybody.

        Args:
            annotator: Number of the annotator.

        Returns:
            The operation, which `undo` would undo; None if there is none.
        """
        rows = self._database.query(
            f"SELECT {_COLUMNS} FROM operations WHERE ?1 IS NULL OR annotator = ?1 ORDER BY number DESC LIMIT 1",
            (annotator,),
        )
        return Operation(*rows[0]) if rows else None

    def undo(self, annotator: int) -> Operation | None:
        """Undo what an annotator did last; once more, what they did before that.

        Args:
            annotator: Number of the annotator.

        Returns:
            What was undone; None if there was nothing.

        Raises:
            ProjectError: If somebody has since changed the same things.
        """
        operation = self.last(annotator)
        if operation is None:
            return None
        try:
            self._undo(operation)
        except sqlite3.IntegrityError:
            raise ProjectError(
                f"you {operation.summary}, and a type that was there before has since been deleted, merged or named "
                "anew: that has to be undone first"
            ) from None
        return operation

    def _undo(self, operation: Operation) -> None:
        with self._database.transaction() as connection:
            self._refuse_overtaken(connection, operation)
            changes = connection.execute(
                'SELECT "table", row, before FROM changes WHERE operation = ? ORDER BY number DESC',
                (operation.number,),
            ).fetchall()
            connection.execute("PRAGMA defer_foreign_keys = ON")
            for table, row, before in changes:
                # The names of the tables and columns are ours, whatever the file says.
                columns = TRACKED[table]
                connection.execute(f"DELETE FROM {table} WHERE number = ?", (row,))
                if before is not None:
                    names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
                    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", json.loads(before))
            connection.execute("DELETE FROM changes WHERE operation = ?", (operation.number,))
            connection.execute("DELETE FROM operations WHERE number = ?", (operation.number,))

    @staticmethod
    def _refuse_overtaken(connection: sqlite3.Connection, operation: Operation) -> None:
        """Refuse to undo what others have built upon since."""
        later = connection.execute(
            "SELECT annotators.name, operations.summary FROM changes AS ours"
            ' JOIN changes AS theirs ON theirs."table" = ours."table" AND theirs.row = ours.row'
            " AND theirs.operation > ours.operation"
            " JOIN operations ON operations.number = theirs.operation"
            " JOIN annotators ON annotators.number = operations.annotator"
            " WHERE ours.operation = ? ORDER BY theirs.operation DESC LIMIT 1",
            (operation.number,),
        ).fetchone()
        if later is not None:
            name, summary = later
            raise ProjectError(f"you {operation.summary}, and {name} has since {summary}: that has to be undone first")
