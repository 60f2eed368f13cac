"""The entity types that the replies of a store were asked for, in a table of their own."""

from __future__ import annotations

import json
import sqlite3

from ..entity_types.type_names import TypeNames

# Made where types are asked for: a store without them is what it was before there were any.
_TABLE = """
CREATE TABLE IF NOT EXISTS entity_types (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    aliases TEXT NOT NULL            -- JSON: other names that replies have for it
)
"""


def types_in(connection: sqlite3.Connection) -> TypeNames | None:
    """Return the types of a store; None where the model chose its concepts freely."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'entity_types'").fetchone():
        return None
    rows = connection.execute("SELECT name, aliases FROM entity_types ORDER BY number")
    return TypeNames({name: json.loads(aliases) for name, aliases in rows})


def keep_types(connection: sqlite3.Connection, types: TypeNames) -> None:
    """Note the types; their other names, by which replies are read, may have changed."""
    connection.execute(_TABLE)
    connection.executemany(
        "INSERT INTO entity_types (name, aliases) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET aliases = ?2",
        [(name, json.dumps(aliases)) for name, aliases in types.aliases.items()],
    )


def difference(held: TypeNames | None, given: TypeNames | None) -> str | None:
    """Say how the types of a store differ from those that are given; None if they do not.

    Args:
        held: Those of the store.
        given: Those of a client's prompt.
    """
    if held is None or given is None:
        if held is given:
            return None
        return "without types, and types are given" if held is None else "with types, and none are given"
    if odd := [repr(name) for name in [*held, *given] if (name in held.aliases) != (name in given.aliases)]:
        return f"with other types ({', '.join(odd)} not being in both lists)"
    return None
