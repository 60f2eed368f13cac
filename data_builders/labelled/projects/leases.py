"""Who has which text open, so that two people never get the same one unless it is to be labelled twice."""

from __future__ import annotations

import time

from ...files.database import Database

LEASE_SECONDS = 1800.0
"""How long a text stays with the annotator who got it, without a sign of life."""

# Texts that others have labelled or have open.
_WITH_OTHERS = (
    "SELECT text, annotator FROM answers WHERE annotator != :annotator AND NOT skipped AND NOT final"
    " UNION SELECT text, annotator FROM leases WHERE annotator != :annotator AND expires_at > :now"
)


class Leases:
    """The texts that annotators have open.

    Args:
        database: The project's file.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def held(self, annotator: int) -> int | None:
        """Return the text that an annotator has open and has not answered, as after a reload of the page.

        Args:
            annotator: Number of the annotator.
        """
        rows = self._database.query(
            "SELECT text FROM leases WHERE annotator = ? AND expires_at > ?", (annotator, time.time())
        )
        return rows[0][0] if rows else None

    def closed(self, annotator: int, double_share: float = 0.0) -> set[int]:
        """Return the texts that an annotator must not get.

        Args:
            annotator: Number of the annotator.
            double_share: Share of the texts that two annotators label, 0 to 1.

        Returns:
            Numbers of those that they have answered, that others have open, or that enough others have labelled.
        """
        rows = self._database.query(
            "SELECT text FROM answers WHERE annotator = :annotator OR final UNION"
            f" SELECT number FROM texts JOIN ({_WITH_OTHERS}) AS others ON others.text = number"
            " GROUP BY number HAVING count(*) >= 1 + (lot < :share)",
            {"annotator": annotator, "now": time.time(), "share": double_share},
        )
        return {text for (text,) in rows}

    def waiting(self, annotator: int, double_share: float) -> list[int]:
        """Return the texts that another annotator has labelled and this one is to label, too.

        Args:
            annotator: Number of the annotator.
            double_share: Share of the texts that two annotators label, 0 to 1.
        """
        closed = self.closed(annotator, double_share)
        rows = self._database.query(
            "SELECT DISTINCT texts.number FROM texts JOIN answers ON answers.text = texts.number"
            " WHERE annotator != ? AND NOT skipped AND NOT final AND lot < ? ORDER BY texts.number",
            (annotator, double_share),
        )
        return [text for (text,) in rows if text not in closed]

    def take(self, annotator: int, text: int, double_share: float = 0.0) -> bool:
        """Open a text, in place of the one that the annotator had open.

        Args:
            annotator: Number of the annotator.
            text: Number of the text.
            double_share: Share of the texts that two annotators label, 0 to 1.

        Returns:
            Whether they have it; otherwise another was faster.
        """
        with self._database.transaction() as connection:
            if text in self.closed(annotator, double_share):
                return False
            connection.execute(
                "INSERT INTO leases (annotator, text, expires_at) VALUES (?1, ?2, ?3)"
                " ON CONFLICT DO UPDATE SET text = ?2, expires_at = ?3",
                (annotator, text, time.time() + LEASE_SECONDS),
            )
        return True

    def renew(self, annotator: int) -> None:
        """Prolong the lease of what an annotator has open; for every sign of life.

        Args:
            annotator: Number of the annotator.
        """
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE leases SET expires_at = ? WHERE annotator = ?", (time.time() + LEASE_SECONDS, annotator)
            )
