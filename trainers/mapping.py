"""Map a data set in parallel processes, with its progress shown, once and for all."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from datasets import (
    Dataset,
    Features,
    are_progress_bars_disabled,
    disable_progress_bars,
    enable_progress_bars,
)
from datasets.fingerprint import Hasher

from .progress import counted

# A process more for so many rows, up to so many processes; with fewer rows starting one takes longer than it saves.
_ROWS_A_PROCESS, _MOST_PROCESSES = 10_000, 32
_SECONDS_APART = 0.2


@dataclass(frozen=True)
class _Counting:
    """Calls a function, and notes in a file of one number a process how many rows it has had."""

    function: Callable[[pa.Table, list[int]], pa.Table]
    counts: Path

    def __call__(self, table: pa.Table, rows: list[int], process: int | None) -> pa.Table:
        result = self.function(table, rows)
        np.memmap(self.counts, np.int64, "r+")[process or 0] += len(table)
        return result


def map_tables(
    dataset: Dataset,
    function: Callable[[pa.Table, list[int]], pa.Table],
    features: Features,
    *,
    made_of: Any,
    description: str,
    unit: str = "sentences",
    show_progress: bool = True,
) -> Dataset:
    """Make a data set of another one, a table of some rows at a time, in as many processes as there are cores for it.

    The result lies beside the data set in the cache of `datasets`, and is found there by what it was made of.

    Args:
        dataset: Where the rows come from.
        function: Makes a table of a table and the places of its rows.
        features: Columns of the result.
        made_of: All that the result depends on besides the rows: another value makes it anew.
        description: What is being done.
        unit: What the rows are.
        show_progress: Whether to show how many rows are done.

    Returns:
        The result.

    Example:
        ```python
        >>> from datasets import Dataset, Features, Value
        >>> from nuner.trainers.mapping import map_tables
        >>> def places(table, rows):
        ...     return pa.table({"row": pa.array(rows, pa.int32())})
        >>> texts = Dataset.from_dict({"text": ["a", "b"]})
        >>> map_tables(texts, places, Features({"row": Value("int32")}), made_of="v1", description="Counting")[1]
        {'row': 1}

        ```
    """
    processes = max(1, min(available_cores(), len(dataset) // _ROWS_A_PROCESS, _MOST_PROCESSES))
    with (
        tempfile.TemporaryDirectory() as folder,
        counted(description, len(dataset), unit, show=show_progress) as advance,
    ):
        counts = Path(folder, "counts")
        np.zeros(_MOST_PROCESSES, np.int64).tofile(counts)
        mapped = partial(
            dataset.with_format("arrow").map,
            _Counting(function, counts),
            batched=True,
            with_indices=True,
            with_rank=True,
            remove_columns=dataset.column_names,
            features=features,
            num_proc=processes if processes > 1 else None,
            new_fingerprint=Hasher.hash([dataset._fingerprint, made_of]),
        )
        with _watched(counts, advance), _without_bars(), _interrupted_here_alone():
            try:
                result = mapped()
            except (OSError, pa.ArrowInvalid) as error:
                if isinstance(error, OSError) and error.errno is not None:
                    raise
                # What the cache holds is damaged.
                result = mapped(load_from_cache_file=False)
    return result.with_format(None)


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _interrupted_here_alone() -> Iterator[None]:
    """Let Ctrl-C, which reaches all processes of a terminal, end this one, which ends the others."""
    if threading.current_thread() is not threading.main_thread() or not callable(
        acts := signal.getsignal(signal.SIGINT)
    ):
        yield
        return
    here = os.getpid()
    signal.signal(signal.SIGINT, lambda *what: acts(*what) if os.getpid() == here else None)
    try:
        yield
    except Exception as error:
        # What `datasets` raises when the others have not answered by then.
        if isinstance(error.__context__, KeyboardInterrupt):
            raise error.__context__ from None
        raise
    finally:
        signal.signal(signal.SIGINT, acts)


@contextmanager
def _without_bars() -> Iterator[None]:
    """Keep `datasets` from showing the same work once more."""
    shown = not are_progress_bars_disabled()
    disable_progress_bars()
    try:
        yield
    finally:
        if shown:
            enable_progress_bars()


@contextmanager
def _watched(counts: Path, advance: Callable[[int], None]) -> Iterator[None]:
    """Tell, for as long as the block runs, by how much the sum of the counts has grown."""
    numbers = np.memmap(counts, np.int64, "r")
    stopped = threading.Event()

    def watch() -> None:
        seen, last = 0, False
        while not last:
            last = stopped.wait(_SECONDS_APART)
            seen, before = int(numbers.sum()), seen
            if seen > before:
                advance(seen - before)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stopped.set()
        watcher.join()
