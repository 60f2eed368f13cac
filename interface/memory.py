"""The memory of this process: its peak, and giving it back."""

from __future__ import annotations

import gc
import sys


def peak_memory_gib() -> float | None:
    """Return the most memory this process has held so far, in GiB; None where the system does not tell."""
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**30 if sys.platform == "darwin" else 2**20)


def release_memory() -> None:
    """Give back to the system what is no longer used, also what refers to itself in circles, as trainers do."""
    gc.collect()
    trim_heap()


def trim_heap() -> None:
    """Give back to the system what was freed in small pieces, which the C library would keep."""
    if sys.platform == "linux":
        import ctypes

        # musl has no malloc_trim.
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
