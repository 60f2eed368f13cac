"""The batches of a store: what was sent where, so that any machine with the store can go on."""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ..llm.cost import NO_USAGE, Usage
from ..store.store import FREE, AnnotationStore, PendingSentence

MAX_REQUESTS = 50_000
"""Requests in a batch, by the rules of the Batch API."""

MAX_BYTES = 200_000_000
"""Size of a batch's file, by the rules of the Batch API."""

_COLUMNS = "number, token, annotator, file_id, batch_id, requests, created_at"


@dataclass(frozen=True)
class Batch:
    """A batch that is under way.

    Args:
        number: Its number in the store.
        token: What its metadata carries at the server.
        annotator: Who is asked, by number.
        file_id: The server's name for its file, once it is uploaded.
        batch_id: The server's name for it, once it is submitted.
        requests: How many requests it has.
        created_at: When it was planned, in seconds since 1970.
    """

    number: int
    token: str
    annotator: int
    file_id: str | None
    batch_id: str | None
    requests: int
    created_at: float


@dataclass(frozen=True)
class PlannedRequest:
    """What planning needs to know about a request.

    Args:
        bytes: The length of its line in the file.
        most: The most tokens it can take.
    """

    bytes: int
    most: Usage


class BatchTable:
    """The batches of a store.

    Args:
        store: The store.
    """

    def __init__(self, store: AnnotationStore) -> None:
        self._store = store

    def plan(
        self,
        worker: str,
        annotator: int,
        size: int,
        measure: Callable[[Sequence[PendingSentence]], PlannedRequest],
        fits: Callable[[Usage], bool],
        max_requests: int = MAX_REQUESTS,
        max_bytes: int = MAX_BYTES,
    ) -> Batch | None:
        """Put free sentences into a new batch that `worker` is going to send.

        Args:
            worker: Who sends it.
            annotator: Who is asked.
            size: Sentences in a request.
            measure: Measures a request.
            fits: Whether so many tokens, with those of all open batches, can be paid for.
            max_requests: Limit of the server.
            max_bytes: Limit of the server.

        Returns:
            The batch; None if no sentence is free, or not one request fits.
        """
        with self._store.transaction() as connection:
            rows = connection.execute(
                f"SELECT number, text, language, attempts FROM sentences INDEXED BY free_sentences WHERE {FREE}"
                " ORDER BY number LIMIT ?",
                (max_requests * size,),
            )
            places: list[tuple[int, int]] = []
            requests, total_bytes, most, reserved = 0, 0, NO_USAGE, self.reserved()
            while group := [PendingSentence(*row) for row in itertools.islice(rows, size)]:
                request = measure(group)
                total_bytes += request.bytes
                if total_bytes > max_bytes or not fits(reserved + most + request.most):
                    break
                places += [(requests, sentence.number) for sentence in group]
                requests, most = requests + 1, most + request.most
            if not requests:
                return None
            created = connection.execute(
                "INSERT INTO batches (token, state, annotator, worker, requests, most_prompt_tokens,"
                " most_completion_tokens, created_at) VALUES (?, 'planned', ?, ?, ?, ?, ?, ?)"
                f" RETURNING {_COLUMNS}",
                (
                    secrets.token_hex(16),
                    annotator,
                    worker,
                    requests,
                    most.prompt_tokens,
                    most.completion_tokens,
                    time.time(),
                ),
            ).fetchone()
            batch = Batch(*created)
            connection.executemany(
                "UPDATE sentences SET batch = ?, request = ? WHERE number = ?",
                [(batch.number, request, number) for request, number in places],
            )
            return batch

    def take_unsent(self, worker: str) -> list[Batch]:
        """Take the batches that somebody planned and did not come to submit."""
        with self._store.transaction() as connection:
            rows = connection.execute(
                "UPDATE batches SET worker = ? WHERE state IN ('planned', 'uploaded') AND worker IS NULL"
                f" RETURNING {_COLUMNS}",
                (worker,),
            ).fetchall()
        return [Batch(*row) for row in sorted(rows)]

    def submitted(self) -> list[Batch]:
        """Return the batches that the server is working on."""
        rows = self._store.query(f"SELECT {_COLUMNS} FROM batches WHERE state = 'submitted' ORDER BY number")
        return [Batch(*row) for row in rows]

    def mark_uploaded(self, batch: Batch, file_id: str) -> None:
        """Remember the file of a batch."""
        with self._store.transaction() as connection:
            connection.execute(
                "UPDATE batches SET state = 'uploaded', file_id = ? WHERE number = ?", (file_id, batch.number)
            )

    def mark_submitted(self, batch: Batch, batch_id: str) -> None:
        """Remember the server's name for a batch."""
        with self._store.transaction() as connection:
            connection.execute(
                "UPDATE batches SET state = 'submitted', batch_id = ?, worker = NULL WHERE number = ?",
                (batch_id, batch.number),
            )

    def take_submitted(self, worker: str, batch: Batch) -> bool:
        """Take a batch in order to fetch it; False if another worker is fetching it."""
        with self._store.transaction() as connection:
            return (
                connection.execute(
                    "UPDATE batches SET worker = ? WHERE number = ? AND state = 'submitted' AND worker IS NULL",
                    (worker, batch.number),
                ).rowcount
                == 1
            )

    def requests(self, batch: Batch) -> Iterator[tuple[int, list[PendingSentence]]]:
        """Yield number and sentences of each request of which nothing is recorded yet."""
        rows = self._store.query(
            "SELECT request, number, text, language, attempts FROM sentences"
            " WHERE batch = ? AND state = 'pending' ORDER BY request, number",
            (batch.number,),
        )
        for request, group in itertools.groupby(rows, key=lambda row: row[0]):
            yield request, [PendingSentence(*row[1:]) for row in group]

    def close(self, batch: Batch, error: str | None = None) -> None:
        """Close a batch; sentences that got no answer are free again, without having lost an attempt."""
        with self._store.transaction() as connection:
            connection.execute("UPDATE sentences SET batch = NULL, request = NULL WHERE batch = ?", (batch.number,))
            connection.execute(
                "UPDATE batches SET state = 'collected', worker = NULL, error = ? WHERE number = ?",
                (error, batch.number),
            )

    def reserved(self) -> Usage:
        """Return the most that the open batches can take."""
        (row,) = self._store.query(
            "SELECT coalesce(sum(most_prompt_tokens), 0), coalesce(sum(most_completion_tokens), 0) FROM batches"
            " WHERE state != 'collected'"
        )
        return Usage(*row)
