"""Rows of `datasets` objects as records, the numbers of labels replaced by their names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from datasets import ClassLabel, Dataset, IterableDataset

from ...files.rows import Row

_TEXTS = ("text", "entities")


def dataset_rows(rows: Dataset | IterableDataset, name: str) -> Iterator[Row]:
    """Yield the rows of a data set, without the columns that are neither lists nor texts.

    Args:
        rows: The data set; a streamed one is read to its end.
        name: How messages name it.

    Yields:
        The rows. A number that stands for no label, such as -100, stays one.

    Example:
        ```python
        >>> from datasets import ClassLabel, Dataset, Features, List, Value
        >>> features = Features({"tokens": List(Value("string")), "ner_tags": List(ClassLabel(names=["O", "B-PER"]))})
        >>> rows = Dataset.from_dict({"tokens": [["Ada", "smiled"]], "ner_tags": [[1, 0]]}, features=features)
        >>> [row.value["ner_tags"] for row in dataset_rows(rows, "people")]
        [['B-PER', 'O']]

        ```
    """
    names = {column: found for column in rows.features or () if (found := label_names(rows, column))}
    if rows.features is not None:
        lists = [column for column, feature in rows.features.items() if hasattr(feature, "feature")]
        rows = rows.select_columns([column for column in rows.features if column in lists or column in _TEXTS])
    records: Iterable[Any] = rows
    for number, record in enumerate(records, start=1):
        named = {column: [_name(tag, of) for tag in record[column] or ()] for column, of in names.items()}
        yield Row(name, number, {**record, **named})


def label_names(rows: Dataset | IterableDataset, column: str) -> list[str]:
    """Return the names that a column of lists declares for its numbers; none if it declares none."""
    label = getattr((rows.features or {}).get(column), "feature", None)
    return list(label.names) if isinstance(label, ClassLabel) else []


def _name(tag: Any, names: list[str]) -> Any:
    return names[tag] if isinstance(tag, int) and 0 <= tag < len(names) else tag
