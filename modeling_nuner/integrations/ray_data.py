"""Recognition as a step of a data set of Ray."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..recognition.entities import entities_type
from ..recognition.recognizer import LOOK_AHEAD_CHARACTERS, EntityRecognizer
from ..recognition.text_sources import RESULT_COLUMN

if TYPE_CHECKING:
    import pyarrow
    from ray.data import Dataset

_PACKED = "batch"


class Workers(NamedTuple):
    """The processes of a cluster that recognize.

    Args:
        number: How many there is room for.
        resources: What each of them takes, as `Dataset.map_batches` names it.
    """

    number: int
    resources: dict[str, Any]


def recognizing_workers(backend: str = "torch") -> Workers:
    """Choose which processes of the cluster recognize: one for each GPU that torch can use, else for each processor.

    Args:
        backend: What computes.
    """
    import ray

    available = ray.cluster_resources()
    gpus = int(available.get("GPU", 0)) if backend == "torch" else 0
    return Workers(gpus, {"num_gpus": 1}) if gpus else Workers(max(1, int(available.get("CPU", 1))), {"num_cpus": 1})


def use_given_threads() -> None:
    """Let tokenizers use as many threads as Ray gives to torch and its like, whose variable it sets."""
    os.environ.setdefault("RAYON_NUM_THREADS", os.environ.get("OMP_NUM_THREADS", "1"))


def recognize_dataset(
    dataset: Dataset,
    recognizer: str | os.PathLike[str],
    column: str = "text",
    *,
    workers: int | None = None,
    **loading: Any,
) -> Dataset:
    """Add the entities of its texts to a data set of Ray, on all of the cluster.

    Each worker loads the recognizer once. They are given batches of about a million characters, however many texts
    these are, so that none waits for one that was given long ones.

    Args:
        dataset: The data set.
        recognizer: Folder, at the same place of all machines, or Hub id.
        column: The column with the texts.
        workers: Most processes that recognize; one for each GPU, or for each processor where there is none, when left
            out.
        **loading: As `EntityRecognizer.from_pretrained` takes it: `backend`, `dtype`, `labels`, `threshold`, ...

    Returns:
        The data set with a column `entities`; nothing is recognized before its rows are asked for. Their order is that
        of the data set where its context preserves the order.

    Raises:
        ValueError: If the number of workers is below 1; and when the rows are asked for, if there is no such column,
            one for the entities already, or a text is not a string.

    Example:
        ```python
        >>> import ray
        >>> from nuner.modeling_nuner import recognize_dataset
        >>> texts = ray.data.from_items([{"text": "Ada lives in Paris."}])  # starts Ray  # doctest: +SKIP
        >>> recognize_dataset(texts, "recognizer").take(1)  # starts Ray  # doctest: +SKIP

        ```
    """
    from ray.data import ActorPoolStrategy

    if workers is not None and workers < 1:
        raise ValueError(f"workers is {workers}; it must be at least 1")
    room = recognizing_workers(loading.get("backend", "torch"))
    # A block goes to a worker as a whole: each holds one batch.
    # Workers have other current directories.
    checkpoint = Path(recognizer).absolute() if Path(recognizer).is_dir() else recognizer
    packed = dataset.map_batches(partial(_pack, column=column), batch_size=None, batch_format="pyarrow").repartition(
        target_num_rows_per_block=1
    )
    return packed.map_batches(
        _Recognition,
        fn_constructor_kwargs={"recognizer": os.fspath(checkpoint), "column": column, "loading": loading},
        batch_size=1,
        batch_format="pyarrow",
        compute=ActorPoolStrategy(min_size=1, max_size=workers or room.number),
        **room.resources,
    )


def _pack(table: pyarrow.Table, column: str) -> Iterator[dict[str, list[bytes]]]:
    """Cut rows into batches bounded by their characters, each of which becomes the value of one row."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if column not in table.column_names:
        raise ValueError(f"the data set has no column {column!r}, only {', '.join(table.column_names)}")
    if RESULT_COLUMN in table.column_names:
        raise ValueError(f"the data set has a column {RESULT_COLUMN!r} already; rename or drop that first")
    texts = table[column]
    is_text = pa.types.is_string(texts.type) or pa.types.is_large_string(texts.type)
    lengths = (
        pc.fill_null(pc.call_function("utf8_length", [texts]), 0).to_numpy() if is_text else np.zeros(len(table), int)
    )
    batch = (np.cumsum(lengths) - lengths) // LOOK_AHEAD_CHARACTERS
    starts = [0, *(np.flatnonzero(np.diff(batch)) + 1).tolist(), len(table)]
    for start, end in pairwise(starts):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table.slice(start, end - start))
        yield {_PACKED: [sink.getvalue().to_pybytes()]}


class _Recognition:
    """Recognizes the texts of batches."""

    def __init__(self, recognizer: str, column: str, loading: dict[str, Any]) -> None:
        use_given_threads()
        self._column = column
        self._recognizer = EntityRecognizer.from_pretrained(recognizer, **loading)

    def __call__(self, packed: pyarrow.Table) -> Iterator[pyarrow.Table]:
        import pyarrow as pa

        for batch in packed[_PACKED]:
            table = pa.ipc.open_stream(batch.as_buffer()).read_all()
            found = self._recognizer(table[self._column].to_pylist())
            yield table.append_column(RESULT_COLUMN, pa.array(found, entities_type()))
