import ctypes
import sys
from pathlib import Path

import pytest

from nuner.memory import trim_heap


def _resident_mib() -> float:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096 / 2**20


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the C library has no malloc_trim"
)
def test_what_is_freed_below_something_in_use_goes_back_to_the_system():
    blocks = [bytes(4000) for _ in range(20_000)]
    last = bytes(4000)  # the heap cannot shrink below it by itself
    blocks.clear()
    before = _resident_mib()
    trim_heap()
    assert _resident_mib() < before - 40
    assert last
