"""What a run was measured on: processor, memory, versions."""

from __future__ import annotations

import gc
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("nuner", "torch", "transformers", "datasets", "accelerate")


def describe_machine() -> dict[str, str]:
    """Processor, cores, memory and system of this machine, in words."""
    import psutil

    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.1f} GiB",
        "system": f"{platform.system()} {platform.release()}",
    }


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that decide the figures."""
    return {"python": platform.python_version(), **{package: version(package) for package in _PACKAGES}}


def peak_memory_gib() -> float | None:
    """The most memory this process has held so far, in GiB; None where the system does not tell."""
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**30 if sys.platform == "darwin" else 2**20)


def release_memory() -> None:
    """Give back to the system what is no longer used.

    Trainers refer to themselves in circles, and the C library keeps what was freed in small pieces: without this each
    stage would need its memory on top of that of the stages before.
    """
    gc.collect()
    if sys.platform == "linux":
        import ctypes

        # musl has no malloc_trim.
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
