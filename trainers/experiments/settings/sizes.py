"""What settings say about sizes to compare."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, Field, PlainValidator


def _size(value: Any) -> Any:
    if value == "all" or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
        return value
    raise ValueError("it must be a whole number of at least 1, or all")


# Validators of its two types would each have an error of its own.
Size: TypeAlias = Annotated[int | Literal["all"], PlainValidator(_size)]


def _ascending(sizes: tuple[Size, ...]) -> tuple[Size, ...]:
    if len(set(sizes)) < len(sizes):
        raise ValueError("sizes must be different")
    return tuple(sorted(sizes, key=lambda size: float("inf") if size == "all" else size))


Sizes: TypeAlias = Annotated[tuple[Size, ...], Field(min_length=1), AfterValidator(_ascending)]
"""Numbers and perhaps `all`, which comes last."""


def limit(size: Size) -> int | None:
    """Return a size as options of `NuNerCorpus` have it.

    Args:
        size: A number, or `"all"`.
    """
    return None if size == "all" else size


def shown(size: Size) -> str:
    """Write a size for tables.

    Args:
        size: A number, or `"all"`.
    """
    return f"{size:,}" if isinstance(size, int) else size
