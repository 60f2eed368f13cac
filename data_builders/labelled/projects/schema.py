"""The tables of a labelling project."""

from __future__ import annotations

import re

from ...data_kinds import PROJECT_ID
from ...files.database import DatabaseKind

# Halves of surrogate pairs, from broken JSON: no file of Unicode holds them.
_SURROGATES = re.compile("[\ud800-\udfff]")


class ProjectError(ValueError):
    """A project, or something in it, that cannot be used as it was asked to; the message says why and what to do."""


def storable(text: str) -> str:
    r"""Return a text as a project keeps it: U+FFFD for each half of a surrogate pair, so that offsets stay.

    Example:
        ```python
        >>> storable("a\ud800b")
        'a�b'

        ```
    """
    return _SURROGATES.sub("\ufffd", text)


# Tables whose changes can be undone, with all of their columns. Their numbers are not used again, so that a row that
# comes back finds its place free.
TRACKED = {
    "settings": ("number", "name", "value"),
    "types": ("number", "name", "description", "color"),
    "answers": ("number", "text", "annotator", "final", "skipped", "key_presses", "saved_at"),
    "labels": ("number", "answer", "start", "end", "type", "suggested"),
}

_TABLES = """
CREATE TABLE settings (number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, value TEXT NOT NULL);
CREATE TABLE texts (
    number INTEGER PRIMARY KEY,      -- order of the user's file, from 1
    id TEXT,                         -- the user's own
    text TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,     -- a text that comes twice is kept once
    lot REAL NOT NULL,               -- from 0 to 1 at random: the lowest are labelled by two annotators
    held_out INTEGER NOT NULL        -- set aside to measure on
);
CREATE TABLE annotators (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE types (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    color TEXT NOT NULL              -- #rrggbb, or empty
);
-- What an annotator says about a text. A final one is the decision where annotators do not agree.
CREATE TABLE answers (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    text INTEGER NOT NULL REFERENCES texts,
    annotator INTEGER NOT NULL REFERENCES annotators,
    final INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    key_presses INTEGER NOT NULL,
    saved_at REAL NOT NULL,
    UNIQUE (text, annotator, final)
);
CREATE TABLE labels (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    answer INTEGER NOT NULL REFERENCES answers DEFERRABLE INITIALLY DEFERRED,
    start INTEGER NOT NULL,          -- characters of the text
    "end" INTEGER NOT NULL,
    type INTEGER NOT NULL REFERENCES types DEFERRABLE INITIALLY DEFERRED,
    suggested INTEGER NOT NULL       -- whether a suggestion was accepted, not marked by hand
);
CREATE INDEX labels_of_answers ON labels (answer);
CREATE INDEX labels_of_types ON labels (type);
-- Of each text the answer that counts: the decision, or what was said first.
CREATE VIEW counted AS SELECT * FROM answers WHERE number IN (
    SELECT number FROM (
        SELECT number, row_number() OVER (PARTITION BY text ORDER BY final DESC, number) AS place
        FROM answers WHERE NOT skipped
    ) WHERE place = 1
);
-- Who has which text open, so that nobody else gets it.
CREATE TABLE leases (
    annotator INTEGER PRIMARY KEY REFERENCES annotators,
    text INTEGER NOT NULL REFERENCES texts,
    expires_at REAL NOT NULL
);
-- Everything that was done and not undone, and what the rows that it changed were before.
CREATE TABLE operations (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    annotator INTEGER NOT NULL REFERENCES annotators,
    summary TEXT NOT NULL,
    text INTEGER REFERENCES texts,
    done_at REAL NOT NULL
);
CREATE TABLE changes (
    number INTEGER PRIMARY KEY,
    operation INTEGER NOT NULL,
    "table" TEXT NOT NULL,
    row INTEGER NOT NULL,
    before TEXT                      -- its values as JSON; NULL where there was no such row
);
CREATE INDEX changes_of_operations ON changes (operation);
CREATE INDEX changes_of_rows ON changes ("table", row);
CREATE TABLE running (operation INTEGER);
INSERT INTO running VALUES (NULL);
CREATE TABLE scores (number INTEGER PRIMARY KEY, measured_at REAL NOT NULL, score TEXT NOT NULL);
"""


def _trigger(table: str, event: str, row: str, before: str) -> str:
    return (
        f"CREATE TRIGGER {event.lower()}_{table} AFTER {event} ON {table}"
        " WHEN (SELECT operation FROM running) IS NOT NULL BEGIN"
        ' INSERT INTO changes (operation, "table", row, before)'
        f" VALUES ((SELECT operation FROM running), '{table}', {row}.number, {before}); END;\n"
    )


def _triggers(table: str) -> str:
    columns = ", ".join(f'OLD."{column}"' for column in TRACKED[table])
    values = f"json_array({columns})"
    events = (("INSERT", "NEW", "NULL"), ("UPDATE", "OLD", values), ("DELETE", "OLD", values))
    return "".join(_trigger(table, *event) for event in events)


PROJECT = DatabaseKind(
    title="labelling project",
    application_id=PROJECT_ID,
    version=1,
    schema=_TABLES + "".join(map(_triggers, TRACKED)),
    error=ProjectError,
    synchronous="FULL",
)
