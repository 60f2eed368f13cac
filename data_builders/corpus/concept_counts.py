"""Count the annotations of each concept, a piece of the corpus at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, cast

import pyarrow as pa
from datasets import Dataset

_ROWS_AT_ONCE = 5_000


def concept_counts(corpus: Dataset) -> Counter[str]:
    """Count the annotations of each concept.

    Args:
        corpus: Rows of the corpus schema, as many as there are: no more than a piece is held in memory.

    Returns:
        Concept -> annotations.

    Example:
        ```python
        >>> from nuner.data_builders.corpus.concept_counts import concept_counts
        >>> corpus = Dataset.from_list([{"entities": [{"concept": "city"}, {"concept": "city"}]}])
        >>> concept_counts(corpus)
        Counter({'city': 2})

        ```
    """
    counts: Counter[str] = Counter()
    for table in arrow_tables(corpus, ["entities"]):
        counts.update(entity_field(table, "concept").to_pylist())
    return counts


def arrow_tables(rows: Dataset, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Yield the rows of a data set as tables, a piece at a time.

    Args:
        rows: The data set.
        columns: Which columns.
    """
    pieces: Any = rows.select_columns(list(columns)).with_format("arrow")
    yield from cast(Iterator[pa.Table], pieces.iter(_ROWS_AT_ONCE))


def entity_field(table: pa.Table, name: str) -> pa.Array:
    """Return a field of all entities, one row's after the other's.

    Args:
        table: Rows of the corpus schema.
        name: The field.
    """
    entities: Any = list_column(table, "entities").flatten()
    # Where no row has an entity, there may be no such field.
    return entities.field(name) if len(entities) else pa.array([], pa.string())


def list_column(table: pa.Table, name: str) -> pa.ListArray:
    """Return a column of lists as one array.

    Args:
        table: Any rows.
        name: The column.
    """
    return cast(pa.ListArray, table[name].combine_chunks())
