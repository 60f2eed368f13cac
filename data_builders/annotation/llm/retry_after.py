"""How long a server asks to wait."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read `retry-after-ms`, or `retry-after` as seconds or as a date.

    Args:
        headers: The headers of the response; the case of their names must not matter.

    Returns:
        Seconds from now, not below 0; None without a readable header.

    Example:
        >>> retry_after({"retry-after": "20"})
        20.0
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
