"""The annotation store: one SQLite file that remembers every sentence, reply and token of a run."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from ...files.database import Database
from ...surrogates import without_lone_surrogates
from ..entity_types.type_names import TypeNames
from ..llm.client import LLMClient
from ..llm.cost import NO_USAGE, Usage
from ..sentences.raw_sentence import RawSentence
from . import workers
from .asked_types import difference, keep_types, types_in
from .finished_sentence import FinishedSentence
from .schema import ANNOTATION_STORE, StoreError

State = Literal["pending", "done", "failed"]

_ROWS_AT_ONCE = 1000
FREE = "state = 'pending' AND worker IS NULL AND batch IS NULL"


@dataclass(frozen=True)
class PendingSentence:
    """A sentence to ask about.

    Args:
        number: Its number in the store.
        text: The sentence.
        language: Its language (ISO 639-1), or None.
        attempts: How often it was asked about in vain.
    """

    number: int
    text: str
    language: str | None
    attempts: int = 0


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt at one sentence.

    Args:
        number: The sentence's number in the store.
        state: `done`, `failed`, or `pending` where it is asked again.
        reply: The raw reply, if there was one.
        truncated: Whether the reply was cut off at the limit of its length.
        entities: The parsed reply as JSON, for `done`.
        usage: The tokens of this attempt.
        latency: Seconds to the reply; of one about several sentences, this one's share.
        error: Why there is no reply to go on with.
        annotator: Who answered: a number that `bind` returned.
    """

    number: int
    state: State
    reply: str | None = None
    truncated: bool = False
    entities: str | None = None
    usage: Usage = NO_USAGE
    latency: float | None = None
    error: str | None = None
    annotator: int | None = None


class Annotator(NamedTuple):
    """Who has answered: a model, and the fingerprint of the prompt that it was given."""

    model: str
    prompt: str


class AnnotationStore(Database):
    """An open store. It may be used by several threads in turn, and the file by several processes at once.

    A file that cannot be written, as on read-only media, can be read if `create` is not set.

    Args:
        path: The SQLite file.
        create: Make a new store where there is no file.

    Raises:
        FileNotFoundError: If there is no file, and none is to be made.
        StoreError: If the file is no store, or one of another version.
        OSError: If the disk is full.

    Example:
        ```python
        >>> import tempfile
        >>> from nuner.data_builders.annotation.sentences.raw_sentence import raw_sentence
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with AnnotationStore(Path(folder, "annotations.sqlite")) as store:
        ...         store.add([raw_sentence("Ada Lovelace was born in London.")])
        1

        ```
    """

    def __init__(self, path: str | Path, *, create: bool = True) -> None:
        super().__init__(path, ANNOTATION_STORE, create=create)

    def __enter__(self) -> AnnotationStore:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def add(self, sentences: Iterable[RawSentence]) -> int:
        """Add sentences that the store does not have yet.

        Args:
            sentences: Rows of the raw-sentence schema.

        Returns:
            How many were new.
        """
        rows = ((row["id"], row["text"], row["language"], row["source"]) for row in sentences)
        before = self._connection.total_changes
        while some := list(itertools.islice(rows, _ROWS_AT_ONCE)):
            with self.transaction() as connection:
                connection.executemany(
                    "INSERT OR IGNORE INTO sentences (id, text, language, source) VALUES (?, ?, ?, ?)", some
                )
        return self._connection.total_changes - before

    def bind(self, client: LLMClient, force: bool = False) -> int:
        """Say who is going to answer.

        Args:
            client: The model and its prompt.
            force: Go on although others have answered before.

        Returns:
            The number that outcomes name them by.

        Raises:
            StoreError: If the store was made with another model or prompt; with other types also by force.
        """
        fingerprint = client.prompt.fingerprint
        with self.transaction() as connection:
            known = self.check(client, force)
            if client.prompt.types is not None:
                keep_types(connection, client.prompt.types.names)
            if known is not None:
                return known
            row = (client.model, fingerprint, client.prompt.instructions, client.address, client.temperature)
            cursor = connection.execute(
                "INSERT INTO annotators (model, prompt, instructions, server, temperature, created_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (*row, time.time()),
            )
            assert cursor.lastrowid is not None
            return cursor.lastrowid

    def check(self, client: LLMClient, force: bool = False) -> int | None:
        """Check that a client may answer, as `bind` does, and return its number if it has one."""
        known = self.query("SELECT number, model, prompt FROM annotators ORDER BY number")
        types = client.prompt.types
        other = difference(self.types(), types.names if types is not None else None) if known else None
        if other is not None:  # no labelled data could be made of replies to both
            raise StoreError(f"{self.path} was made {other}: use another store.")
        for number, model, prompt in known:
            if (model, prompt) == (client.model, client.prompt.fingerprint):
                return number
        if known and not force:
            model = known[-1][1]
            what = f"the model {model!r}" if model != client.model else "another prompt"
            raise StoreError(
                f"{self.path} was made with {what}: use another store, or force it to hold replies to both."
            )
        return None

    def types(self) -> TypeNames | None:
        """Return the entity types that were asked for; None where the model chose its concepts freely."""
        with self._errors_for_users():
            return types_in(self._connection)

    def join(self) -> str:
        """Enter as a worker that can claim sentences; free what ended workers held."""
        with self.transaction() as connection:
            workers.remove_ended(connection)
            return workers.join(connection)

    def renew(self, worker: str) -> bool:
        """Prolong the lease of a worker; due every `workers.HEARTBEAT_SECONDS`.

        Returns:
            Whether the worker still had its lease; otherwise others may have taken what it had claimed.
        """
        with self.transaction() as connection:
            return workers.renew(connection, worker)

    def leave(self, worker: str) -> None:
        """Give back what a worker still holds."""
        with self.transaction() as connection:
            workers.leave(connection, worker)

    def claim(self, worker: str, limit: int) -> list[PendingSentence]:
        """Take sentences that nobody else is asking about.

        Args:
            worker: Who takes them.
            limit: How many at most.

        Returns:
            The sentences in the order in which they were added; none if none are left.
        """
        with self.transaction() as connection:
            workers.renew(connection, worker)  # what is claimed without a lease would belong to nobody
            free = f"SELECT number FROM sentences INDEXED BY free_sentences WHERE {FREE} ORDER BY number LIMIT ?"
            taken = (
                f"UPDATE sentences SET worker = ? WHERE number IN ({free}) RETURNING number, text, language, attempts"
            )
            rows = connection.execute(taken, (worker, limit)).fetchall()
            if not rows:
                workers.remove_ended(connection)
                rows = connection.execute(taken, (worker, limit)).fetchall()
        return [PendingSentence(*row) for row in sorted(rows)]

    def held_by_ended(self) -> int:
        """Return how many sentences are held by workers that have ended or are suspended; the next run takes them."""
        ended = [*workers.ended(self._connection), *self._unknown_workers()]
        marks = ", ".join("?" * len(ended))
        ((count,),) = self.query(f"SELECT count(*) FROM sentences WHERE worker IN ({marks})", ended)
        return count

    def _unknown_workers(self) -> list[str]:
        rows = self.query(
            "SELECT DISTINCT worker FROM sentences WHERE worker IS NOT NULL AND worker NOT IN (SELECT id FROM workers)"
        )
        return [worker for (worker,) in rows]

    def held_by_others(self, worker: str) -> int:
        """Return how many sentences other workers are asking about."""
        ((count,),) = self.query("SELECT count(*) FROM sentences WHERE worker IS NOT NULL AND worker != ?", (worker,))
        return count

    def record(
        self, outcomes: Sequence[Outcome], other_usage: Usage | None = None, worker: str | None = None
    ) -> Usage:
        """Write what became of attempts, all in one transaction. A sentence that is finished stays as it is.

        Args:
            outcomes: The attempts.
            other_usage: Tokens that belong to no sentence.
            worker: Who made the attempts. Where others have taken a sentence from it since, only a reply counts.

        Returns:
            What the store has cost in all.
        """
        usage = sum((outcome.usage for outcome in outcomes), other_usage or NO_USAGE)
        now = time.time()
        with self.transaction() as connection:
            connection.executemany(
                "UPDATE sentences SET state = ?1, reply = ?2, truncated = ?3, entities = ?4, error = ?6,"
                " latency = coalesce(latency + ?5, ?5, latency), annotator = ?7, attempts = attempts + 1,"
                " prompt_tokens = prompt_tokens + ?8,"
                " completion_tokens = completion_tokens + ?9,"
                " finished_at = CASE ?1 WHEN 'pending' THEN NULL ELSE ?10 END,"
                " worker = CASE ?1 WHEN 'pending' THEN worker END, batch = NULL, request = NULL"
                " WHERE number = ?11 AND state = 'pending' AND (?1 = 'done' OR ?12 IS NULL OR worker IS ?12)",
                [
                    (
                        o.state, _storable(o.reply), o.truncated, _storable(o.entities), o.latency,
                        _storable(o.error), o.annotator, o.usage.prompt_tokens, o.usage.completion_tokens, now,
                        o.number, worker,
                    )
                    for o in outcomes
                ],
            )  # fmt: skip
            connection.execute(
                "UPDATE usage SET prompt_tokens = prompt_tokens + ?, completion_tokens = completion_tokens + ?",
                (usage.prompt_tokens, usage.completion_tokens),
            )
            return self.usage()

    def retry_failed(self) -> int:
        """Make all failed sentences pending again, and return how many there were."""
        with self.transaction() as connection:
            return connection.execute(
                "UPDATE sentences SET state = 'pending', attempts = 0, finished_at = NULL WHERE state = 'failed'"
            ).rowcount

    def usage(self) -> Usage:
        """Return what the store has cost in all."""
        return Usage(*self._connection.execute("SELECT prompt_tokens, completion_tokens FROM usage").fetchone())

    def counts(self) -> dict[State, int]:
        """Return the number of sentences in each state."""
        with self._errors_for_users():
            found = dict(self._connection.execute("SELECT state, count(*) FROM sentences GROUP BY state").fetchall())
        return {"pending": found.get("pending", 0), "done": found.get("done", 0), "failed": found.get("failed", 0)}

    def finished(self) -> Iterator[FinishedSentence]:
        """Yield the sentences that are done, in the order in which they were added."""
        last = 0
        while rows := self.query(
            "SELECT number, id, text, language, source, reply, truncated FROM sentences NOT INDEXED"
            " WHERE number > ? AND state = 'done' ORDER BY number LIMIT ?",
            (last, _ROWS_AT_ONCE),
        ):
            for number, *fields, truncated in rows:
                yield FinishedSentence(*fields, truncated=bool(truncated), number=number)
            last = rows[-1][0]

    def annotators_of_finished(self) -> list[Annotator]:
        """Return those whose replies the finished sentences have; a run that was given up may have left others."""
        return [
            Annotator(*row)
            for row in self.query(
                "SELECT model, prompt FROM annotators WHERE number IN"
                " (SELECT DISTINCT annotator FROM sentences WHERE state = 'done') ORDER BY number"
            )
        ]

    def time_of_finished(self) -> tuple[float, float]:
        """Return when the first and the last sentence were finished, in seconds since 1970.

        Raises:
            ValueError: If no sentence is finished.
        """
        ((first, last),) = self.query("SELECT min(finished_at), max(finished_at) FROM sentences WHERE state = 'done'")
        if first is None:
            raise ValueError(f"{self.path} has no finished sentence.")
        return first, last

    def seconds_of_replies(self) -> float:
        """Return how long all replies took together, those too that were of no use."""
        ((seconds,),) = self.query("SELECT total(latency) FROM sentences")
        return seconds


def _storable(text: str | None) -> str | None:
    """Return a text as SQLite takes it: one that it refuses would take all others of its transaction along."""
    return None if text is None else without_lone_surrogates(text)
