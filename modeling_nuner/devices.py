"""Which device runs a model, and which precision it is fast at."""

from __future__ import annotations

import os

import torch

_PROCESS = os.getpid()


def is_accelerator_available() -> bool:
    """Tell whether models run on something else than the CPU unless a device is named."""
    return torch.accelerator.is_available()


def use_one_thread_after_fork() -> None:
    """Compute with one thread in a process that was forked, such as those of `datasets.map(num_proc=...)`.

    Threads do not survive a fork: without this, the first large product waits for those of the parent for ever.
    """
    if os.getpid() != _PROCESS and torch.get_num_threads() > 1:
        torch.set_num_threads(1)


def choose_device(device: str | torch.device | None = None) -> torch.device:
    """Choose where to run a model.

    Args:
        device: What the user named, if anything.

    Returns:
        That device; the accelerator where there is one (CUDA, MPS, XPU, ...), else the CPU, when none was named.

    Raises:
        RuntimeError: If torch knows no device of that name.

    Example:
        ```python
        >>> from nuner.modeling_nuner.devices import choose_device
        >>> choose_device("cpu")
        device(type='cpu')

        ```
    """
    if device is None:
        device = torch.accelerator.current_accelerator() if is_accelerator_available() else None
    return torch.device(device or "cpu")


def bf16_is_fast() -> bool:
    """Tell whether this machine multiplies bf16 matrices faster than fp32 ones.

    Returns:
        True for accelerators that have bf16, and for CPUs with AMX or the bf16 instructions of AVX-512.
    """
    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported()
    if is_accelerator_available():
        return False
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("amx_bf16") or capabilities.get("avx512_bf16"))
