"""How many threads a backend may use."""

from __future__ import annotations

import os


def allowed_threads() -> int | None:
    """Return how many threads `OMP_NUM_THREADS` allows, which torch goes by and so others do here.

    Returns:
        The number; None where it says nothing.
    """
    # With nested parallelism it is a list, of which the first counts.
    first = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    return int(first) if first.isdecimal() and int(first) > 0 else None
