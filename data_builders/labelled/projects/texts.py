"""The texts of a project."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ...files.database import Database
from .schema import storable

_ROWS_AT_ONCE = 1000


class ProjectText(NamedTuple):
    """A text.

    Args:
        number: Its number, in the order of the file that it came from, from 1.
        id: What the user calls it, if anything.
        text: The text.
        held_out: Whether it is set aside to measure on.
    """

    number: int
    id: str | None
    text: str
    held_out: bool


class AddedTexts(NamedTuple):
    """What became of texts that were added.

    Args:
        new: Texts that are in the project now.
        repeated: Texts that were there already.
        blank: Texts without a character that can be seen.
    """

    new: int
    repeated: int
    blank: int


class Texts:
    """The texts of a project.

    Args:
        database: The project's file.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def __len__(self) -> int:
        return self._database.query("SELECT count(*) FROM texts")[0][0]

    def add(self, texts: Iterable[tuple[str, str | None]], held_out_share: float) -> AddedTexts:
        """Add texts; those that are there already, and blank ones, are counted and passed over.

        Args:
            texts: The texts, each with what the user calls it, if anything.
            held_out_share: Share of the texts that are set aside to measure on, 0 to 1. Which ones is random, but
                depends on the text alone.

        Returns:
            How many became part of the project.
        """
        total = blank = 0
        rows = iter(texts)
        before = len(self)
        while some := list(itertools.islice(rows, _ROWS_AT_ONCE)):
            kept = [_row(storable(text), id, held_out_share) for text, id in some if text.strip()]
            total, blank = total + len(some), blank + len(some) - len(kept)
            with self._database.transaction() as connection:
                connection.executemany(
                    "INSERT OR IGNORE INTO texts (text, id, digest, lot, held_out) VALUES (?, ?, ?, ?, ?)", kept
                )
        new = len(self) - before
        return AddedTexts(new, total - blank - new, blank)

    def __getitem__(self, number: int) -> ProjectText:
        """Return a text.

        Args:
            number: Its number.

        Raises:
            KeyError: If there is none.
        """
        for text in self.some([number]):
            return text
        raise KeyError(number)

    def some(self, numbers: Sequence[int]) -> Iterator[ProjectText]:
        """Yield texts.

        Args:
            numbers: Their numbers, in any order; those of no text are passed over.
        """
        for start in range(0, len(numbers), _ROWS_AT_ONCE):
            part = numbers[start : start + _ROWS_AT_ONCE]
            found = {
                row[0]: ProjectText(*row[:3], held_out=bool(row[3]))
                for row in self._database.query(
                    f"SELECT number, id, text, held_out FROM texts WHERE number IN ({', '.join('?' * len(part))})",
                    part,
                )
            }
            yield from (found[number] for number in part if number in found)

    def held_out(self) -> list[int]:
        """Return the numbers of the texts that are set aside, in the order of the texts."""
        return [
            number for (number,) in self._database.query("SELECT number FROM texts WHERE held_out ORDER BY number")
        ]


def _row(text: str, id: str | None, held_out_share: float) -> tuple[str, str | None, bytes, float, bool]:
    digest = hashlib.sha256(text.encode()).digest()
    # Two numbers that do not depend on each other.
    lot, side = (int.from_bytes(part, "big") / 2**64 for part in (digest[:8], digest[8:16]))
    return text, None if id is None else storable(id), digest[16:], lot, side < held_out_share
