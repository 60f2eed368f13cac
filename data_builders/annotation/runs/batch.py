"""A run through the OpenAI Batch API: half the price, an answer within a day."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, TypeVar

from ..llm.client import Connection, Dialect, LLMClient
from ..llm.completion import Completion
from ..llm.cost import Budget
from ..llm.faults import Blame, BodyTooLarge, RequestFault, RequestTooSlow, ServerGone, fault_of
from ..llm.prompt import FencedText
from ..store.commits import GroupCommits
from ..store.store import AnnotationStore, Outcome, PendingSentence
from .background_loop import pause
from .batch_files import ENDPOINT, read_answers, request_line
from .batch_table import MAX_BYTES, MAX_REQUESTS, Batch, BatchTable, PlannedRequest
from .live import End, Progress, RunResult
from .outcomes import ReplyReader, outcomes_of_fault, outcomes_of_reply, read_reply
from .settings import RunSettings

if TYPE_CHECKING:
    from openai.types import Batch as RemoteBatch

T = TypeVar("T")

_TOKEN = "nuner_batch"
_OUTCOMES_AT_ONCE = 500
_SLOWEST_UPLOAD = 100_000  # bytes a second
_LONGEST_DOWNLOAD = 3600.0  # seconds
_LARGEST_DOWNLOAD = 8 * 2**30  # bytes, several times what a batch can hold
_CLOCK_TOLERANCE = 86_400.0  # seconds by which the server's clock and ours may differ
_QUEUE_FULL = "token_limit_exceeded"


@dataclass(frozen=True)
class BatchSettings:
    """Settings of a run in batches.

    Args:
        wait: Wait for batches that are under way; otherwise send what is to be sent, fetch what is ready, and end.
        poll_seconds: How often to look after batches.
        max_requests: Requests in a batch.
        max_bytes: Size of a batch's file.
    """

    wait: bool = True
    poll_seconds: float = 60.0
    max_requests: int = MAX_REQUESTS
    max_bytes: int = MAX_BYTES


class _Refused(ServerGone):
    """The server will not do what it was asked to."""


class BatchRun:
    """Sends all free sentences of a store in batches and fetches the replies.

    Everything about a batch is in the store, so that another process, or another machine with the store, goes on
    where this one was ended.

    Args:
        store: The store.
        client: Whom to ask.
        dialect: How, as `probe` found out.
        annotator: The client's number in the store.
        settings: Attempts, patience and cost; speed is the server's affair.
        batch_settings: How batches are made and looked after.
        tell: Takes a line about each step.
        read: Reads the reply to a request about one sentence.
    """

    def __init__(
        self,
        store: AnnotationStore,
        client: LLMClient,
        dialect: Dialect,
        annotator: int,
        settings: RunSettings,
        batch_settings: BatchSettings | None = None,
        tell: Callable[[str], object] | None = None,
        read: ReplyReader = read_reply,
    ) -> None:
        self._store, self._client, self._dialect = store, client, dialect
        self._annotator, self._settings = annotator, settings
        self._limits = batch_settings or BatchSettings()
        self._tell = tell or (lambda line: None)
        self._read = read
        self._table = BatchTable(store)

    async def run(self, stop: asyncio.Event) -> RunResult:
        """Send and fetch until nothing is left, the limit is reached, or `stop` is set.

        Raises:
            OSError: If the disk is full.
        """
        self._stop, self._start = stop, time.monotonic()
        self._answered = 0
        with closing(GroupCommits(self._store)) as self._commits:
            async with self._commits.worker() as self._worker, self._client.connect() as connection:
                connection.dialect = self._dialect
                end, message = await self._until_the_end(connection)
                return RunResult(end, await self._commits.call(self._progress), message)

    async def _until_the_end(self, connection: Connection) -> tuple[End, str]:
        try:
            for batch in await self._commits.call(self._table.take_unsent, self._worker):
                await self._send(connection, batch, resumed=True)
            while True:
                queue_full = await self._collect_all(connection)
                while not queue_full and (batch := await self._plan(connection)) is not None:
                    await self._send(connection, batch)
                if self._stop.is_set():
                    return "stopped", ""
                if not await self._commits.call(self._table.submitted):
                    left = (await self._commits.call(self._store.counts))["pending"]
                    if not queue_full:
                        return ("cost limit" if left and self._settings.max_cost else "finished"), ""
                if not self._limits.wait:
                    return "waiting", ""
                await pause(self._limits.poll_seconds, self._stop)
        except ServerGone as gone:
            return "server", str(gone)

    async def _plan(self, connection: Connection) -> Batch | None:
        def measure(sentences: Sequence[PendingSentence]) -> PlannedRequest:
            texts = [FencedText(sentence.text, sentence.language) for sentence in sentences]
            # The number of the request is not known yet; no number of a batch has more digits.
            line = request_line(connection, MAX_REQUESTS, sentences)
            return PlannedRequest(len(line), connection.most_usage(texts))

        def plan() -> Batch | None:
            budget = Budget(self._settings.max_cost, self._settings.prices, self._store.usage())
            size, limits = self._settings.sentences_per_request, self._limits
            return self._table.plan(
                self._worker, self._annotator, size, measure, budget.fits, limits.max_requests, limits.max_bytes
            )

        return None if self._stop.is_set() else await self._commits.call(plan)

    async def _send(self, connection: Connection, batch: Batch, resumed: bool = False) -> None:
        """Upload and submit a batch, or find that this was done before."""
        if batch.file_id is None:
            file_id = await self._call_until_answered(lambda: self._upload(connection, batch))
            await self._commits.call(self._table.mark_uploaded, batch, file_id)
            batch = replace(batch, file_id=file_id)
            resumed = False
        sent_before = resumed

        async def submit() -> str:
            nonlocal sent_before
            # A request that was lost may have reached the server, and a batch must not be paid for twice.
            known = await self._find(connection, batch) if sent_before else None
            sent_before = True
            if known is not None:
                return known
            assert batch.file_id is not None
            remote = await connection.http.batches.create(
                input_file_id=batch.file_id,
                endpoint=ENDPOINT,
                completion_window="24h",
                metadata={_TOKEN: batch.token},
            )
            return remote.id

        try:
            batch_id = await self._call_until_answered(submit)
        except _Refused as refusal:  # it does not exist, so its sentences are free
            await self._commits.call(self._table.close, batch, str(refusal))
            raise
        await self._commits.call(self._table.mark_submitted, batch, batch_id)
        self._tell(f"Submitted {batch_id}: {batch.requests:,} requests")

    async def _upload(self, connection: Connection, batch: Batch) -> str:
        with tempfile.TemporaryFile() as file:

            def write() -> None:
                for request, sentences in self._table.requests(batch):
                    file.write(request_line(connection, request, sentences))
                file.seek(0)

            await self._commits.call(write)
            name = f"nuner-{batch.token}.jsonl"
            # The time-out bounds a request as a whole, and this one grows with the file.
            seconds = self._client.timeout + os.fstat(file.fileno()).st_size / _SLOWEST_UPLOAD
            return (await connection.http.files.create(file=(name, file), purpose="batch", timeout=seconds)).id

    async def _find(self, connection: Connection, batch: Batch) -> str | None:
        """Look for a batch at the server by its token."""
        async for remote in connection.http.batches.list(limit=100):  # the newest first
            if (remote.metadata or {}).get(_TOKEN) == batch.token:
                return remote.id
            if remote.created_at < batch.created_at - _CLOCK_TOLERANCE:
                return None
        return None

    async def _collect_all(self, connection: Connection) -> bool:
        """Fetch what is ready; return whether the server's queue was too full for one."""
        queue_full = False
        for batch in await self._commits.call(self._table.submitted):
            remote = await self._call_until_answered(
                lambda id=batch.batch_id or "": connection.http.batches.retrieve(id)
            )
            if remote.status in ("completed", "expired", "cancelled"):
                await self._collect(connection, batch, remote)
            elif remote.status == "failed":
                queue_full |= await self._close_failed(batch, remote)
        return queue_full

    async def _collect(self, connection: Connection, batch: Batch, remote: RemoteBatch) -> None:
        if not await self._commits.call(self._table.take_submitted, self._worker, batch):
            return
        before = self._answered
        for file_id in filter(None, (remote.output_file_id, remote.error_file_id)):
            with tempfile.TemporaryFile() as file:
                await self._call_until_answered(lambda id=file_id, file=file: _download(connection, id, file))
                await self._commits.call(self._record_file, connection, batch, file)
        await self._commits.call(self._table.close, batch, None if remote.status == "completed" else remote.status)
        self._tell(f"Fetched {remote.id} ({remote.status}): {self._answered - before:,} sentences finished")
        if remote.status == "cancelled":
            raise ServerGone(f"the batch {remote.id} was cancelled; run again to send what is left of it")

    def _record_file(self, connection: Connection, batch: Batch, file: IO[bytes]) -> None:
        asked = dict(self._table.requests(batch))
        outcomes: list[Outcome] = []
        for request, answer in read_answers(file, connection):
            sentences = asked.pop(request, None)
            if sentences is None:  # it was recorded before a process was ended
                continue
            outcomes += self._outcomes(sentences, answer, batch.annotator)
            if len(outcomes) >= _OUTCOMES_AT_ONCE:
                self._record(outcomes)
                outcomes = []
        self._record(outcomes)

    def _outcomes(
        self, sentences: Sequence[PendingSentence], answer: Completion | RequestFault, annotator: int
    ) -> list[Outcome]:
        attempts = self._settings.max_attempts
        if isinstance(answer, Completion):
            return outcomes_of_reply(sentences, answer, self._client.prompt.several, attempts, annotator, self._read)
        return outcomes_of_fault(sentences, answer, 1 if answer.blame is Blame.SENTENCE else attempts, annotator)

    def _record(self, outcomes: Sequence[Outcome]) -> None:
        self._store.record(outcomes)
        self._answered += sum(outcome.state != "pending" for outcome in outcomes)

    async def _close_failed(self, batch: Batch, remote: RemoteBatch) -> bool:
        errors = (remote.errors.data or []) if remote.errors else []
        said = self._client.key.hide("; ".join(error.message or error.code or "" for error in errors))
        await self._commits.call(self._table.close, batch, said or "failed")
        if any(error.code == _QUEUE_FULL for error in errors):
            self._tell(f"{remote.id} has to wait: {said}")
            return True
        raise ServerGone(f"the batch {remote.id} failed: {said or 'without a reason'}")

    async def _call_until_answered(self, call: Callable[[], Awaitable[T]]) -> T:
        """Call the server again and again while its faults may pass."""
        import openai

        begun, faults = time.monotonic(), 0
        while True:
            try:
                return await call()
            except openai.OpenAIError as error:
                fault = fault_of(error, self._client.timeout)
            faults += 1
            if fault.blame in (Blame.SETTINGS, Blame.SENTENCE):
                raise _Refused(self._client.key.hide(str(fault)))
            if time.monotonic() - begun > self._settings.patience or self._stop.is_set():
                raise ServerGone(self._client.key.hide(str(fault)))
            await pause(self._settings.backoff.wait(faults, fault.retry_after), self._stop)

    def _progress(self) -> Progress:
        counts = self._store.counts()
        seconds, usage = time.monotonic() - self._start, self._store.usage()
        return Progress(counts["done"], counts["failed"], counts["pending"], self._answered, seconds, usage)


async def _download(connection: Connection, file_id: str, file: IO[bytes]) -> None:
    async def download() -> None:
        file.seek(0)
        file.truncate()
        async with connection.http.files.with_streaming_response.content(file_id) as response:
            async for chunk in response.iter_bytes():
                if file.tell() + len(chunk) > _LARGEST_DOWNLOAD:
                    raise BodyTooLarge("the file is too long")
                file.write(chunk)
        file.seek(0)

    try:
        await asyncio.wait_for(download(), _LONGEST_DOWNLOAD)
    except asyncio.TimeoutError:
        raise RequestTooSlow("the download took too long") from None
