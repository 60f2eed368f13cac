"""One run: many requests at once, until every sentence of a store has its reply."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Literal

from ..llm.client import Connection, Dialect, LLMClient
from ..llm.cost import NO_USAGE, Budget, BudgetSpent, Usage
from ..llm.faults import Blame, RequestFault, ServerGone
from ..llm.prompt import FencedText
from ..llm.waiting import RateLimit
from ..store.commits import GroupCommits
from ..store.store import AnnotationStore, Outcome, PendingSentence
from .background_loop import pause
from .outcomes import ReplyReader, outcomes_of_fault, outcomes_of_reply, read_reply
from .settings import RunSettings

_SECONDS_BETWEEN_REPORTS = 0.5
_SECONDS_BETWEEN_CLAIMS = 1.0
_MOST_REFUSALS = 5  # in a row, of the key, the quota, the model or the address

Group = list[PendingSentence]
End = Literal["finished", "cost limit", "server", "stopped", "waiting"]


@dataclass(frozen=True)
class Progress:
    """Where a run is.

    Args:
        done: Sentences of the store with a reply.
        failed: Sentences of the store that failed.
        pending: Sentences of the store that are still to be asked about.
        answered: Sentences that this run has finished.
        seconds: How long it has been asking.
        usage: What the store has cost in all.
    """

    done: int
    failed: int
    pending: int
    answered: int
    seconds: float
    usage: Usage


@dataclass(frozen=True)
class RunResult:
    """How a run ended.

    Args:
        end: `finished`; `cost limit`, where one more request could have passed it; `server`, where the server
            answers no more; `stopped` by the user; `waiting`, where batches are under way that were not waited for.
        progress: Where it was then.
        message: What the server said, for `server`.
    """

    end: End
    progress: Progress
    message: str = ""


class AnnotationRun:
    """Asks about all free sentences of a store. Several runs, also in several processes, may share one store.

    Args:
        store: The store.
        client: Whom to ask.
        dialect: How, as `probe` found out.
        annotator: The client's number in the store.
        settings: How fast.
        on_progress: Called about twice a second.
        read: Reads the reply to a request about one sentence.
    """

    def __init__(
        self,
        store: AnnotationStore,
        client: LLMClient,
        dialect: Dialect,
        annotator: int,
        settings: RunSettings,
        on_progress: Callable[[Progress], object] | None = None,
        read: ReplyReader = read_reply,
    ) -> None:
        self._store, self._client, self._dialect = store, client, dialect
        self._annotator, self._settings = annotator, settings
        self._on_progress = on_progress or (lambda progress: None)
        self._read = read
        self._counts = store.counts()
        self._usage = store.usage()
        self._answered = 0
        self._refusals = 0
        self._claimed: deque[PendingSentence] = deque()

    async def run(self, stop: asyncio.Event) -> RunResult:
        """Ask until nothing is left, the limit is reached, the server is gone, or `stop` is set.

        Sentences that other processes are asking about are waited for, and taken where their lease runs out.
        Requests that are under way then are waited for, so that their replies are not lost.

        Raises:
            OSError: If the disk is full.
        """
        settings = self._settings
        self._stop, self._claiming = stop, asyncio.Lock()
        self._budget = Budget(settings.max_cost, settings.prices, self._usage)
        self._requests = RateLimit(settings.requests_per_minute)
        self._tokens = RateLimit(settings.tokens_per_minute)
        self._start = self._last_answer = time.monotonic()
        with closing(GroupCommits(self._store)) as self._commits:
            worker = self._commits.worker(on_loss=self._claimed.clear)
            async with worker as self._worker, self._client.connect() as connection:
                connection.dialect = self._dialect
                end, message = await self._ask_all(connection)
        self._counts = self._store.counts()  # other processes have done their part
        self._on_progress(self._progress())
        return RunResult(end, self._progress(), message)

    async def _ask_all(self, connection: Connection) -> tuple[End, str]:
        report = asyncio.create_task(self._report())
        slots = [asyncio.create_task(self._slot(connection)) for _ in range(self._settings.concurrency)]
        try:
            await asyncio.wait(slots, return_when=asyncio.FIRST_EXCEPTION)
            stopped_by_user = self._stop.is_set()
            self._stop.set()
            endings = await asyncio.gather(*slots, return_exceptions=True)
        finally:
            for task in (report, *slots):
                task.cancel()
        faults = [ending for ending in endings if isinstance(ending, BaseException)]
        for fault in faults:
            if not isinstance(fault, (BudgetSpent, ServerGone)):
                raise fault
        if stopped_by_user:
            return "stopped", ""
        gone = next((fault for fault in faults if isinstance(fault, ServerGone)), None)
        if gone is not None:
            return "server", str(gone)
        return ("cost limit" if faults else "finished"), ""

    async def _slot(self, connection: Connection) -> None:
        """Ask about one group of sentences after the other."""
        while not self._stop.is_set():
            group = await self._next_group()
            if not group:
                return
            await self._finish(connection, group)

    async def _next_group(self) -> Group:
        size = self._settings.sentences_per_request
        # Enough for all slots, and not so much that another process finds nothing to do.
        limit = 2 * self._settings.concurrency * size
        async with self._claiming:
            while not self._claimed and not self._stop.is_set():
                self._claimed.extend(await self._commits.call(self._store.claim, self._worker, limit))
                if self._claimed or not await self._commits.call(self._store.held_by_others, self._worker):
                    break
                # Another process has the last ones. It may be suspended or end: then they are for this one.
                await pause(_SECONDS_BETWEEN_CLAIMS, self._stop)
            return [self._claimed.popleft() for _ in range(min(size, len(self._claimed)))]

    async def _finish(self, connection: Connection, group: Group) -> None:
        """Ask about a group until each of its sentences is done or has failed."""
        groups, faults = [group], 0
        while groups and not self._stop.is_set():
            group = groups.pop()
            texts = [FencedText(sentence.text, sentence.language) for sentence in group]
            most = connection.most_usage(texts)
            await self._budget.reserve(most)
            expected = most.prompt_tokens // 4 + most.completion_tokens // 8
            await self._requests.take()
            await self._tokens.take(expected)
            if self._stop.is_set():
                return
            try:
                completion = await connection.complete(texts)
            except RequestFault as fault:
                faults += 1
                again = await self._after_fault(group, fault, most)
                self._tokens.correct(min(_total(fault.usage), _total(most)) - expected)
                groups += again
                if again and len(again[0]) == len(group):
                    await pause(self._settings.backoff.wait(faults, fault.retry_after), self._stop)
            else:
                self._last_answer = time.monotonic()
                self._refusals = 0
                self._tokens.correct(min(_total(completion.usage), _total(most)) - expected)
                if completion.usage is None:
                    self._budget.count_as_lost(most)
                    most = NO_USAGE
                several, attempts = self._client.prompt.several, self._settings.max_attempts
                # Reading a long reply takes a while, in which the other requests go on.
                outcomes = await asyncio.to_thread(
                    outcomes_of_reply, group, completion, several, attempts, self._annotator, self._read
                )
                await self._record(outcomes, most)
                # One at a time: what made the reply unreadable may lie in one sentence.
                groups += [[sentence] for sentence in _pending(group, outcomes)]

    async def _after_fault(self, group: Group, fault: RequestFault, most: Usage) -> list[Group]:
        """Settle a fault, and return what is to be asked again."""
        if fault.blame in (Blame.SERVER, Blame.SETTINGS):
            self._budget.settle(most, self._usage)
            silent = time.monotonic() - self._last_answer
            self._refusals += fault.blame is Blame.SETTINGS
            # The probe was answered: only when nothing is any more, it is not this answer that is wrong.
            refused = self._refusals >= max(_MOST_REFUSALS, self._settings.concurrency)
            if refused or silent > self._settings.patience:
                raise ServerGone(self._client.key.hide(str(fault)))
            return [group]
        if fault.usage is None:
            self._budget.count_as_lost(most)
            most = NO_USAGE
        if fault.blame is Blame.SENTENCE and len(group) > 1:
            self._budget.settle(most, self._usage)
            return [[sentence] for sentence in group]
        attempts = 1 if fault.blame is Blame.SENTENCE else self._settings.max_attempts
        outcomes = outcomes_of_fault(group, fault, attempts, self._annotator)
        await self._record(outcomes, most)
        again = _pending(group, outcomes)
        return [again] if again else []

    async def _record(self, outcomes: Sequence[Outcome], most: Usage) -> None:
        self._usage = await self._commits.record(outcomes)
        self._budget.settle(most, self._usage)
        for outcome in outcomes:
            if outcome.state != "pending":
                self._counts["pending"] -= 1
                self._counts[outcome.state] += 1
                self._answered += 1

    async def _report(self) -> None:
        while True:
            self._on_progress(self._progress())
            await asyncio.sleep(_SECONDS_BETWEEN_REPORTS)

    def _progress(self) -> Progress:
        return Progress(
            self._counts["done"],
            self._counts["failed"],
            max(0, self._counts["pending"]),
            self._answered,
            time.monotonic() - self._start,
            self._usage,
        )


def _pending(group: Group, outcomes: Sequence[Outcome]) -> Group:
    """Return the sentences to ask about again, with one more attempt."""
    again = {outcome.number for outcome in outcomes if outcome.state == "pending"}
    return [replace(sentence, attempts=sentence.attempts + 1) for sentence in group if sentence.number in again]


def _total(usage: Usage | None) -> int:
    return usage.prompt_tokens + usage.completion_tokens if usage else 0
