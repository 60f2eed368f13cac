"""Requests that wait together are recognized together."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import NamedTuple

from starlette.exceptions import HTTPException

from nuner.modeling_nuner.recognition.entities import Entity
from nuner.modeling_nuner.recognition.labels.named_types import Labels
from nuner.modeling_nuner.recognition.recognizer import EntityRecognizer

from ..memory import trim_heap
from .metrics import Metrics

# A batch holds the worker: the longer it is, the longer a short text that comes meanwhile has to wait.
BATCH_TEXTS = 256
BATCH_CHARACTERS = 100_000
_LONGEST_PAUSE = 60
_TRIM_SECONDS = 1.0


class Overloaded(HTTPException):
    """There is no room for another request.

    Args:
        retry_after: Seconds after which there should be.
    """

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            503,
            f"Too many requests wait: try again in {retry_after} s.",
            {"Retry-After": str(retry_after), "Connection": "close"},
        )


class Search(NamedTuple):
    """What a request looks for, where it is not what the recognizer was made for.

    Args:
        labels: Entity types, as `EntityRecognizer.with_labels` takes them.
        threshold: Likewise.
    """

    labels: Labels | None = None
    threshold: float | None = None


AS_MADE = Search()


class _Request:
    def __init__(
        self, texts: Sequence[str | None], search: Search, answer: asyncio.Future[list[list[Entity]]]
    ) -> None:
        self.texts = texts
        self.search = search
        self.answer = answer
        self.found: list[list[Entity]] = []
        self.taken = 0  # texts that are in a batch or done

    def take(self, outcome: list[Entity] | Exception) -> None:
        """Keep what was found in the next text, and answer when it is the last or has failed."""
        if self.answer.done():  # the client has gone, or a text before this one has failed
            return
        if isinstance(outcome, Exception):
            self.answer.set_exception(outcome)
            return
        self.found.append(outcome)
        if len(self.found) == len(self.texts):
            self.answer.set_result(self.found)


class DynamicBatcher:
    """Gives a recognizer batches of the texts that wait, in a thread of its own.

    No request waits for others to come: while one batch is under way, the next one gathers. Requests take turns text
    by text, so that one with thousands of texts does not hold up the others.

    Args:
        recognizer: The recognizer; nothing else may use it.
        metrics: Where to count.
        max_requests: Most requests that are under way or wait.
        max_characters: Most characters of these; a request alone may have more.

    Example:
        ```python
        >>> from nuner.serving.batching import DynamicBatcher
        >>> metrics = Metrics(["city"])  # needs an event loop  # doctest: +SKIP
        >>> batcher = DynamicBatcher(recognizer, metrics, 256, 8_000_000)  # needs an event loop  # doctest: +SKIP
        >>> batcher.start()  # needs an event loop  # doctest: +SKIP
        >>> await batcher.recognize(["Ada lives in Paris."])  # needs an event loop  # doctest: +SKIP

        ```
    """

    def __init__(self, recognizer: EntityRecognizer, metrics: Metrics, max_requests: int, max_characters: int) -> None:
        self._recognizer = recognizer
        self._metrics = metrics
        self._max_requests, self._max_characters = max_requests, max_characters
        self._turns: deque[_Request] = deque()
        self._requests = self._characters = 0
        self._characters_per_second = 0.0
        self._arrival = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="recognizer")

    @property
    def running(self) -> bool:
        """Whether texts that are given are recognized."""
        return self._task is not None and not self._task.done()

    @property
    def requests(self) -> int:
        """Requests that wait or are under way."""
        return self._requests

    def overloaded(self) -> Overloaded:
        """Return the refusal of a request for which there is no room."""
        seconds = self._characters / 2 / self._characters_per_second if self._characters_per_second else 1
        # Half of what waits should be done by then.
        return Overloaded(max(1, min(_LONGEST_PAUSE, round(seconds))))

    def start(self) -> None:
        """Begin to recognize; call it where the event loop runs."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stop; the service has answered its requests before."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._thread.shutdown()

    async def recognize(self, texts: Sequence[str | None], search: Search = AS_MADE) -> list[list[Entity]]:
        """Wait for the entities of texts.

        Args:
            texts: The texts.
            search: What to look for.

        Returns:
            The entities of each.

        Raises:
            Overloaded: If too much waits already.
            NamedTypesError: If the recognizer cannot look for that.
        """
        if not texts:
            return []
        characters = sum(len(text or "") for text in texts)
        full = self._requests > 0 and self._characters + characters > self._max_characters
        if self._requests >= self._max_requests or full:
            raise self.overloaded()
        request = _Request(texts, search, asyncio.get_running_loop().create_future())
        self._requests += 1
        self._metrics.waiting.inc()
        self._characters += characters
        try:
            self._turns.append(request)
            self._arrival.set()
            return await request.answer
        finally:
            self._requests -= 1
            self._metrics.waiting.dec()
            self._characters -= characters

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        trimmed = loop.time()
        while True:
            await self._arrival.wait()
            batch = self._next_batch()
            if not batch:
                self._arrival.clear()
                continue
            texts = [text for _, text in batch]
            began = loop.time()
            outcomes = await self._outcomes(texts, batch[0][0].search)
            seconds = loop.time() - began
            self._characters_per_second = sum(len(text or "") for text in texts) / max(seconds, 1e-6)
            self._metrics.batch(texts, [found for found in outcomes if not isinstance(found, Exception)], seconds)
            for (request, _), outcome in zip(batch, outcomes, strict=True):
                request.take(outcome)
            # Batches of all sizes leave gaps of all sizes in the heap, which would grow for minutes.
            if loop.time() - trimmed > _TRIM_SECONDS:
                await loop.run_in_executor(self._thread, trim_heap)
                trimmed = loop.time()

    async def _outcomes(self, texts: list[str | None], search: Search) -> list[list[Entity] | Exception]:
        """Return what is found in each text, or what went wrong with it: one must not fail those beside it."""
        loop = asyncio.get_running_loop()
        try:
            return [*await loop.run_in_executor(self._thread, self._find, texts, search)]
        except Exception as error:
            if len(texts) == 1:
                return [error]
            half = len(texts) // 2
            return [*await self._outcomes(texts[:half], search), *await self._outcomes(texts[half:], search)]

    def _find(self, texts: list[str | None], search: Search) -> list[list[Entity]]:
        if search == AS_MADE:
            return self._recognizer(texts)
        return self._recognizer.with_labels(search.labels, threshold=search.threshold)(texts)

    def _next_batch(self) -> list[tuple[_Request, str | None]]:
        """Take texts of the requests in turn, all with the same search.

        Those of one request keep their order, also from batch to batch.
        """
        batch: list[tuple[_Request, str | None]] = []
        others: list[_Request] = []
        characters = 0
        while self._turns and len(batch) < BATCH_TEXTS:
            request = self._turns.popleft()
            if request.answer.done():
                continue
            text = request.texts[request.taken]
            if batch and request.search != batch[0][0].search:
                others.append(request)
                continue
            if batch and characters + len(text or "") > BATCH_CHARACTERS:
                others.append(request)
                break
            batch.append((request, text))
            characters += len(text or "")
            request.taken += 1
            if request.taken < len(request.texts):
                self._turns.append(request)
        # It is their turn next.
        self._turns.extendleft(reversed(others))
        return batch
