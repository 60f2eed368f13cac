"""Run a coroutine to its end from plain code, also where an event loop runs already (a notebook)."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")

_SECONDS_BETWEEN_LOOKS = 0.2  # a wait without an end cannot be interrupted on every platform


def run_to_end(work: Callable[[asyncio.Event], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine in an event loop of its own, in a thread of its own, and wait for it.

    Ctrl-C asks it to stop and waits for what it still has to do; a second Ctrl-C cancels it.

    Args:
        work: Makes the coroutine; takes the event that says "stop".

    Returns:
        What the coroutine returns.

    Raises:
        KeyboardInterrupt: If there was a Ctrl-C; the coroutine has ended.
    """
    thread = _LoopThread(work)
    thread.start()
    interrupts = 0
    while not thread.ended.is_set():
        try:
            thread.ended.wait(_SECONDS_BETWEEN_LOOKS)
        except KeyboardInterrupt:
            interrupts += 1
            thread.stop(at_once=interrupts > 1)
    thread.join()
    if interrupts:
        raise KeyboardInterrupt
    return thread.result()


class _LoopThread(threading.Thread, Generic[T]):
    def __init__(self, work: Callable[[asyncio.Event], Coroutine[Any, Any, T]]) -> None:
        super().__init__(name="annotation", daemon=True)
        self.ended = threading.Event()
        self._make = work
        self._begun = threading.Event()
        self._results: list[T] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            self._results.append(asyncio.run(self._main()))
        except BaseException as error:  # it is raised where the result is asked for
            self._error = error
        finally:
            self._begun.set()
            self.ended.set()

    async def _main(self) -> T:
        self._loop, self._stop_event = asyncio.get_running_loop(), asyncio.Event()
        task = self._task = asyncio.ensure_future(self._make(self._stop_event))
        self._begun.set()
        return await task

    def stop(self, at_once: bool) -> None:
        """Ask the coroutine to stop, or cancel it."""
        self._begun.wait()
        with contextlib.suppress(RuntimeError):  # it has just ended
            self._loop.call_soon_threadsafe(self._task.cancel if at_once else self._stop_event.set)

    def result(self) -> T:
        if self._error is not None:
            raise self._error
        return self._results[0]


async def pause(seconds: float, stop: asyncio.Event) -> None:
    """Sleep, unless the work is to stop.

    Args:
        seconds: How long.
        stop: Set when the work is to stop.
    """
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
