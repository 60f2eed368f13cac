"""What a run was measured on: processor, memory, accelerator, versions."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("nuner", "torch", "transformers", "datasets", "accelerate")


def describe_machine() -> dict[str, str]:
    """Return processor, cores, memory, system and accelerators of this machine, in words."""
    import psutil
    import torch

    described = {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.1f} GiB",
        "system": platform.system(),
    }
    if torch.cuda.is_available():
        names = [torch.cuda.get_device_name(device) for device in range(torch.cuda.device_count())]
        described["accelerator"] = ", ".join(f"{names.count(name)} x {name}" for name in dict.fromkeys(names))
    return described


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that decide the figures."""
    return {"python": platform.python_version(), **{package: version(package) for package in _PACKAGES}}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
