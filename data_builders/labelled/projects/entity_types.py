"""The entity types of a project, which can be changed at any time."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from ...files.database import Database
from .history import History
from .schema import ProjectError, storable

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_LONGEST_NAME = 200
_LONGEST_DESCRIPTION = 2000


class EntityType(NamedTuple):
    """An entity type.

    Args:
        number: Its number, which never changes.
        name: Its name, which is that of the labels.
        description: What it means, in words that an encoder compares in place of the name; empty if the name will do.
        color: Its color as `#rrggbb`; empty if none was chosen.
    """

    number: int
    name: str
    description: str
    color: str


class TypeEffect(NamedTuple):
    """What a change of a type would do to labels that are there.

    Args:
        labels: How many labels it would rename, move to another type or delete.
        texts: In how many texts they are.
        doubled: How many of them would vanish when types are merged, because the same words have both.
    """

    labels: int
    texts: int
    doubled: int = 0


class EntityTypes:
    """The entity types of a project.

    Args:
        database: The project's file.
        history: Takes what is done.
    """

    def __init__(self, database: Database, history: History) -> None:
        self._database, self._history = database, history

    def all(self) -> list[EntityType]:
        """Return the types in the order in which they were added."""
        return [
            EntityType(*row)
            for row in self._database.query("SELECT number, name, description, color FROM types ORDER BY number")
        ]

    def named(self, number: int) -> EntityType:
        """Return the type of a number.

        Args:
            number: Its number.

        Raises:
            ProjectError: If there is none.
        """
        for each in self.all():
            if each.number == number:
                return each
        raise ProjectError("that entity type is no longer there")

    def add(self, annotator: int, name: str, description: str = "", color: str = "") -> EntityType:
        """Add a type.

        Args:
            annotator: Who does it.
            name: Its name.
            description: What it means.
            color: Its color as `#rrggbb`.

        Returns:
            The type.

        Raises:
            ProjectError: If the name is blank, too long, has control characters or is there already, or the color is
                none.
        """
        name = self._new_name(name)
        description, color = _description(description), _color(color)
        with self._history.operation(annotator, f"added the type {name!r}") as connection:
            cursor = connection.execute(
                "INSERT INTO types (name, description, color) VALUES (?, ?, ?)", (name, description, color)
            )
            assert cursor.lastrowid is not None
        return EntityType(cursor.lastrowid, name, description, color)

    def rename(self, annotator: int, number: int, name: str) -> None:
        """Give a type another name; all its labels have it then. See `add`."""
        old = self.named(number)
        name = self._new_name(name, but=number)
        with self._history.operation(annotator, f"renamed the type {old.name!r} to {name!r}") as connection:
            connection.execute("UPDATE types SET name = ? WHERE number = ?", (name, number))

    def describe(self, annotator: int, number: int, description: str) -> None:
        """Say what a type means. See `add`."""
        name, description = self.named(number).name, _description(description)
        with self._history.operation(annotator, f"described the type {name!r}") as connection:
            connection.execute("UPDATE types SET description = ? WHERE number = ?", (description, number))

    def recolor(self, annotator: int, number: int, color: str) -> None:
        """Give a type another color. See `add`."""
        name, color = self.named(number).name, _color(color)
        with self._history.operation(annotator, f"gave the type {name!r} another color") as connection:
            connection.execute("UPDATE types SET color = ? WHERE number = ?", (color, number))

    def effect(self, number: int, into: int | None = None) -> TypeEffect:
        """Tell what it would do to rename or delete a type, or to merge it into another.

        Args:
            number: The type.
            into: The type that it is merged into, if it is.
        """
        self.named(number)
        ((labels, texts),) = self._database.query(
            "SELECT count(*), count(DISTINCT text) FROM labels JOIN answers ON answers.number = answer WHERE type = ?",
            (number,),
        )
        if into is None:
            return TypeEffect(labels, texts)
        self.named(into)
        ((doubled,),) = self._database.query(f"SELECT count(*) FROM ({_DOUBLED})", (number, into))
        return TypeEffect(labels, texts, doubled)

    def merge(self, annotator: int, number: int, into: int) -> None:
        """Make a type's labels those of another type, and take it away.

        Args:
            annotator: Who does it.
            number: The type that goes.
            into: The type that stays.

        Raises:
            ProjectError: If one of them is not there, or both are one.
        """
        if number == into:
            raise ProjectError("a type cannot be merged into itself")
        summary = f"merged the type {self.named(number).name!r} into {self.named(into).name!r}"
        with self._history.operation(annotator, summary) as connection:
            connection.execute(f"DELETE FROM labels WHERE number IN ({_DOUBLED})", (number, into))
            connection.execute("UPDATE labels SET type = ? WHERE type = ?", (into, number))
            connection.execute("DELETE FROM types WHERE number = ?", (number,))

    def delete(self, annotator: int, number: int) -> None:
        """Take a type away with all its labels.

        Args:
            annotator: Who does it.
            number: The type.

        Raises:
            ProjectError: If it is not there.
        """
        with self._history.operation(annotator, f"deleted the type {self.named(number).name!r}") as connection:
            connection.execute("DELETE FROM labels WHERE type = ?", (number,))
            connection.execute("DELETE FROM types WHERE number = ?", (number,))

    def _new_name(self, name: str, but: int | None = None) -> str:
        name = " ".join(storable(name).split())
        if not any(unicodedata.category(character)[0] not in "CZ" for character in name):
            raise ProjectError("an entity type needs a name that can be seen")
        if any(unicodedata.category(character) == "Cc" for character in name):
            raise ProjectError(f"the name {name!r} has control characters: leave them out")
        if len(name) > _LONGEST_NAME:
            raise ProjectError(f"the name of an entity type may have {_LONGEST_NAME} characters, not {len(name)}")
        if any(each.name == name and each.number != but for each in self.all()):
            raise ProjectError(f"there is a type {name!r} already: choose another name, or merge the two")
        return name


# Labels of one type whose words have a label of the other one in the same answer, too.
_DOUBLED = (
    "SELECT gone.number FROM labels AS gone JOIN labels AS kept ON kept.answer = gone.answer"
    ' AND kept.start = gone.start AND kept."end" = gone."end" WHERE gone.type = ? AND kept.type = ?'
)


def _description(description: str) -> str:
    description = " ".join(storable(description).replace("\0", " ").split())
    if len(description) > _LONGEST_DESCRIPTION:
        raise ProjectError(f"a description may have {_LONGEST_DESCRIPTION} characters, not {len(description)}")
    return description


def _color(color: str) -> str:
    if color and not _COLOR.fullmatch(color):
        raise ProjectError(f"a color is written as #rrggbb, not {color!r}")
    return color
