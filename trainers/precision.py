"""Which numeric precision the machine is fast at."""

from __future__ import annotations

import torch


def is_accelerator_available() -> bool:
    """Whether training would run on something else than the CPU."""
    return torch.accelerator.is_available()


def bf16_is_fast() -> bool:
    """Whether this machine multiplies bf16 matrices faster than fp32 ones.

    Returns:
        True for accelerators that have bf16, and for CPUs with AMX or the bf16 instructions of AVX-512.
    """
    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported()
    if is_accelerator_available():
        return False
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("amx_bf16") or capabilities.get("avx512_bf16"))
