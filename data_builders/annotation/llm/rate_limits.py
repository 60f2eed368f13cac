"""Keep below the requests and tokens that an account may send in a minute."""

from __future__ import annotations

import asyncio
import time


class RateLimit:
    """Spaces requests evenly, so that no minute, wherever it begins, holds more than the limit.

    Args:
        per_minute: Units (requests, or tokens) a minute; None sets no limit.

    Example:
        ```python
        >>> tokens = RateLimit(90_000)
        >>> await tokens.take(1_500)        # returns when 1,500 tokens may be sent
        >>> tokens.correct(300 - 1_500)     # it turned out to be 300

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
