"""Processes that compute cells side by side."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait
from pathlib import Path

from tqdm import tqdm

from ...mapping import available_cores

_QUIET = {
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TRANSFORMERS_VERBOSITY": "error",
}


class WorkerDiedError(RuntimeError):
    """A process that computed a cell has ended of itself, or was killed."""


@contextmanager
def worker_pool(jobs: int, log: Path) -> Iterator[ProcessPoolExecutor]:
    """Start processes that end with this one, however it ends.

    Args:
        jobs: How many.
        log: File that gets what they print.

    Yields:
        The pool. Work that was not begun when the block ends is dropped; after an error so is what was.

    Raises:
        WorkerDiedError: If one of them has ended before its work was done.
    """
    cores = available_cores()
    # A process that was forked would share the locks of torch's threads.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, context, _begin, (max(1, cores // jobs), log))
    try:
        yield pool
    except BaseException as error:
        for process in list((pool._processes or {}).values()):  # terminate_workers() is there from Python 3.14 on
            process.kill()
        if isinstance(error, BrokenProcessPool):
            raise WorkerDiedError(
                f"A process that computed has ended, perhaps for want of memory (what it said is in {log}). What is "
                "complete is kept; run it again to go on, with fewer jobs if memory is short."
            ) from None
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(threads: int, log: Path) -> None:
    # Ctrl-C reaches the whole group of processes; the first of them ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.stdout = sys.stderr = log.open("a", encoding="utf-8", buffering=1, errors="backslashreplace")
    logging.getLogger("nuner").addHandler(logging.StreamHandler(sys.stderr))
    # The libraries, which are imported for the first cell, go by this.
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    os.environ.update(_QUIET)
    # Bars would share a semaphore among processes, and one that is killed by Ctrl-C could not give it back.
    tqdm.set_lock(threading.RLock())


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
