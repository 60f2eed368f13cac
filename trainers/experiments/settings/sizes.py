"""What settings say about sizes to compare."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field

Size: TypeAlias = Annotated[int, Field(ge=1)] | Literal["all"]


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
