"""How long to wait before a request is made again."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Backoff:
    """Exponential waiting times with jitter, so that clients do not come back all at once.

    Args:
        first: The longest wait after the first fault, in seconds; it doubles with every further one.
        longest: No wait is longer, in seconds, unless the server asks for it.

    Example:
        >>> 0.5 <= Backoff(first=1.0).wait(faults=1) <= 1.0
        True
        >>> 20.0 <= Backoff().wait(faults=1, retry_after=20.0) <= 22.0
        True
    """

    first: float = 1.0
    longest: float = 60.0

    def wait(self, faults: int, retry_after: float | None = None) -> float:
        """Return the seconds to wait.

        Args:
            faults: How many faults in a row there were, at least 1.
            retry_after: What the server asks for; it is never undercut.
        """
        if retry_after is not None:
            return retry_after * random.uniform(1.0, 1.1)
        return min(self.longest, self.first * 2.0 ** min(faults - 1, 30)) * random.uniform(0.5, 1.0)
