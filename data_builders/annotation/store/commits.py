"""Write what was answered to the store without holding up the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from ..llm.cost import Usage
from .store import AnnotationStore, Outcome
from .workers import HEARTBEAT_SECONDS

T = TypeVar("T")


class GroupCommits:
    """A store in a thread of its own. What comes in while a transaction is written shares the next one.

    A call returns when its outcomes are committed. Callers wait for that before they ask again, so that no more
    replies can be lost than there are requests under way.

    Args:
        store: The store; it belongs to the thread as long as this object is used.
    """

    def __init__(self, store: AnnotationStore) -> None:
        self.store = store
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="annotation-store")
        self._waiting: list[tuple[Sequence[Outcome], asyncio.Future[Usage]]] = []
        self._worker: str | None = None
        self._writing: asyncio.Task[None] | None = None

    async def call(self, function: Callable[..., T], *arguments: object) -> T:
        """Run one of the store's methods in its thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)

    async def record(self, outcomes: Sequence[Outcome]) -> Usage:
        """Record outcomes; return what the store has cost in all."""
        written: asyncio.Future[Usage] = asyncio.get_running_loop().create_future()
        self._waiting.append((outcomes, written))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        return await written

    @asynccontextmanager
    async def worker(self, on_loss: Callable[[], object] | None = None) -> AsyncIterator[str]:
        """Be a worker of the store, with a lease that is renewed until the end.

        Args:
            on_loss: Called where the lease had run out, as in a process that was suspended: what was claimed before
                may be in other hands.

        Yields:
            The worker's id.
        """
        worker = self._worker = await self.call(self.store.join)
        beat = asyncio.create_task(self._keep_lease(worker, on_loss))
        try:
            yield worker
        finally:
            beat.cancel()
            with suppress(OSError):  # on a full disk the lease runs out by itself
                await self.call(self.store.leave, worker)

    async def _keep_lease(self, worker: str, on_loss: Callable[[], object] | None) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            with suppress(OSError):  # a full disk is told by what writes replies
                if not await self.call(self.store.renew, worker) and on_loss is not None:
                    on_loss()

    async def _write(self) -> None:
        while self._waiting:
            together, self._waiting = self._waiting, []
            try:
                outcomes = [outcome for some, _ in together for outcome in some]
                usage = await self.call(self.store.record, outcomes, None, self._worker)
            except Exception as error:
                for _, written in together:
                    if not written.done():
                        written.set_exception(error)
            else:
                for _, written in together:
                    if not written.done():
                        written.set_result(usage)

    def close(self) -> None:
        """End the thread, after what it still has to write."""
        self._thread.shutdown(wait=True)
