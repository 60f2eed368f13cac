"""Texts in the forms that callers have them, and results in the same form."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

RESULT_COLUMN = "entities"


def recognize_source(texts: Any, column: str, recognize: Callable[[Iterable[Any]], Iterator[list[Any]]]) -> Any:
    """Recognize the texts of a string, a container or a stream, and return the results in the same form.

    Args:
        texts: A string, anything with a length (list, tuple, array, `datasets` column, pandas or polars Series), a
            data frame, or an iterator, which may be endless.
        column: The column of a data frame that holds the texts.
        recognize: Takes texts, yields the entities of each in order.

    Returns:
        The entities of a string; a list of them; the data frame with a column `entities`; a generator.

    Raises:
        ValueError: If it is none of these, or the data frame has no such column, or has one for the entities already.
    """
    if texts is None or isinstance(texts, str):
        return next(recognize([texts]))
    if isinstance(texts, (bytes, bytearray, dict)) or not isinstance(texts, Iterable):
        raise ValueError(
            f"texts must be a string, a list, an iterator or a data frame, not {type(texts).__name__}"
            + (" (decode the bytes first)" if isinstance(texts, (bytes, bytearray)) else "")
        )
    frame = _data_frame_library(texts)
    if frame is not None:
        columns: list[Any] = list(texts.columns)  # pyright: ignore[reportAttributeAccessIssue]
        if column not in columns:
            raise ValueError(f"the data frame has no column {column!r}, only {', '.join(map(str, columns))}")
        if RESULT_COLUMN in columns:
            raise ValueError(f"the data frame has a column {RESULT_COLUMN!r} already; rename or drop that first")
        results = list(recognize(texts[column]))  # pyright: ignore[reportIndexIssue]
        return _with_column(texts, frame, results)
    found = recognize(texts)
    return list(found) if hasattr(texts, "__len__") else found


def text_or_none(value: Any, place: int) -> str | None:
    """Return a text, or None for what stands for a missing one.

    Args:
        value: A string, None, NaN, or what pandas puts for missing values.
        place: Its number, for the message.

    Returns:
        The text; None also for an empty or blank one.

    Raises:
        ValueError: If it is something else.
    """
    if isinstance(value, str):
        return value if value and not value.isspace() else None
    if value is None or (isinstance(value, float) and value != value) or type(value).__name__ in ("NAType", "NaTType"):
        return None
    raise ValueError(f"text number {place} is a {type(value).__name__} ({value!r:.40}), not a string")


def _data_frame_library(texts: Any) -> str | None:
    # An object of a library can only come from one that is imported already.
    for name in ("pandas", "polars"):
        library = sys.modules.get(name)
        if library is not None and isinstance(texts, library.DataFrame):
            return name
    return None


def _with_column(frame: Any, library: str, results: list[Any]) -> Any:
    if library == "pandas":
        import pandas

        return frame.assign(**{RESULT_COLUMN: pandas.Series(results, index=frame.index, dtype=object)})
    import polars

    entity = {"start": polars.Int64, "end": polars.Int64, "text": polars.String, "label": polars.String}
    dtype = polars.List(polars.Struct({**entity, "score": polars.Float64}))
    return frame.with_columns(polars.Series(RESULT_COLUMN, results, dtype=dtype))
