"""How long to wait before a request: after a fault, as the server asks, and to keep below an account's limits."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime


@dataclass(frozen=True)
class Backoff:
    """Exponential waiting times with jitter, so that clients do not come back all at once.

    Args:
        first: The longest wait after the first fault, in seconds; it doubles with every further one.
        longest: No wait is longer, in seconds, unless the server asks for it.
        longest_asked: A server that asks for more is not obeyed, in seconds: such numbers are mistakes of units or
            clocks, and one that refuses everything for so long is given up by the run.

    Example:
        ```python
        >>> 0.5 <= Backoff(first=1.0).wait(faults=1) <= 1.0
        True
        >>> 20.0 <= Backoff().wait(faults=1, retry_after=20.0) <= 22.0
        True

        ```
    """

    first: float = 1.0
    longest: float = 60.0
    longest_asked: float = 600.0

    def wait(self, faults: int, retry_after: float | None = None) -> float:
        """Return the seconds to wait.

        Args:
            faults: How many faults in a row there were, at least 1.
            retry_after: What the server asks for. It is not undercut, and neither is the wait without it: a server
                that asks for 0, or names a date in the past, is not asked again at once.
        """
        wait = min(self.longest, self.first * 2.0 ** min(faults - 1, 30)) * random.uniform(0.5, 1.0)
        if retry_after is None or retry_after > self.longest_asked:
            return wait
        return max(wait, retry_after * random.uniform(1.0, 1.1))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read `retry-after-ms`, or `retry-after` as seconds or as a date.

    Args:
        headers: The headers of the response; the case of their names must not matter.

    Returns:
        Seconds from now, not below 0; None without a readable header.

    Example:
        ```python
        >>> retry_after({"retry-after": "20"})
        20.0

        ```
    """
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        seconds = _number(headers.get(name)) if headers.get(name) else None
        if seconds is not None:
            return max(0.0, seconds / unit)
    try:
        date = parsedate_to_datetime(headers.get("retry-after") or "")
        return max(0.0, date.timestamp() - time.time())
    except (ValueError, OverflowError, OSError):
        return None


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


class RateLimit:
    """Spaces requests evenly, so that no minute, wherever it begins, holds more than the limit.

    Args:
        per_minute: Units (requests, or tokens) a minute; None sets no limit.

    Example:
        ```python
        >>> async def ask(tokens: RateLimit) -> None:
        ...     await tokens.take(1_500)  # returns when 1,500 tokens may be sent
        ...     tokens.correct(300 - 1_500)  # it turned out to be 300
        >>> asyncio.run(ask(RateLimit(90_000)))

        ```
    """

    def __init__(self, per_minute: float | None) -> None:
        if per_minute is not None and per_minute <= 0:
            raise ValueError(f"a rate limit of {per_minute:g} a minute lets nothing through; it must be above 0.")
        self._seconds_a_unit = 60 / per_minute if per_minute else 0.0
        self._free_at = 0.0

    async def take(self, units: float = 1) -> None:
        """Wait until so many units may be used.

        Args:
            units: How many. More than a minute's worth only takes longer.
        """
        if not self._seconds_a_unit:
            return
        start = max(time.monotonic(), self._free_at)
        self._free_at = start + units * self._seconds_a_unit
        await asyncio.sleep(start - time.monotonic())

    def correct(self, units: float) -> None:
        """Take more units (or give some back, if negative) without waiting, once the true number is known."""
        self._free_at += units * self._seconds_a_unit
