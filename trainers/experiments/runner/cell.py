"""A cell: one thing that an experiment computes."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar, Protocol

from .code_version import code_version

_VERSIONS_OF = ("torch", "transformers", "tokenizers", "datasets", "accelerate", "peft", "numpy")


class Source(Protocol):
    """Something that a cell reads."""

    @property
    def content(self) -> str:
        """What tells what is in it from anything else, such as a digest of the files."""
        ...


class Known(Protocol):
    """The results of the cells that a cell needs."""

    def __getitem__(self, cell: Cell) -> dict[str, Any]:
        """Return what a cell's `compute` returned."""
        ...

    def folder(self, cell: Cell) -> Path:
        """Return the folder in which a cell keeps what is no figure, such as a model."""
        ...


@dataclass(frozen=True)
class Cell(ABC):
    """One thing that an experiment computes: a frozen dataclass of all that its result depends on.

    Fields are plain values, sequences and mappings of such, what cells read (`Source`), frozen dataclasses of this
    package such as a loss, and other cells, which are computed before. One that is not compared
    (`field(compare=False)`), such as a name for tables, means nothing for the result. A subclass stands in a file of
    its own: the code of that file, with what it imports, is a part of the fingerprint.

    Attributes:
        kind: Name of the kind, and of the folder of its results.
        keeps_folder: Whether cells that need this one also need its folder.
        files: Names of files in its folder that are a part of the result.
    """

    kind: ClassVar[str]
    keeps_folder: ClassVar[bool] = False
    files: ClassVar[tuple[str, ...]] = ()

    @property
    @abstractmethod
    def title(self) -> str:
        """What is computed, for the user who waits."""

    @abstractmethod
    def compute(self, known: Known, tell: Callable[[str], None]) -> dict[str, Any]:
        """Compute the result.

        A cell that was broken off is computed again with the same folder, from which it may go on.

        Args:
            known: The results of `needed` cells, and the folder for what is no figure.
            tell: Called with what the user should know.

        Returns:
            The figures, ready for JSON.
        """

    def check(self) -> None:
        """Find out, before anything is computed, whether it can be.

        Raises:
            ValueError: If what is read does not allow it.
            FileNotFoundError: If what is read does not exist.
        """
        _ = self.fingerprint  # reads all of it

    @property
    def needed(self) -> list[Cell]:
        """The cells among the fields."""
        return [value for value in (getattr(self, field.name) for field in fields(self)) if isinstance(value, Cell)]

    @cached_property
    def fingerprint(self) -> str:
        """A digest of all that the result depends on: fields, content of what is read, code, libraries."""
        meaning = {
            "fields": _meaning({field.name: getattr(self, field.name) for field in fields(self) if field.compare}),
            "code": code_version(type(self).__module__),
            "versions": _versions(),
        }
        return hashlib.sha256(json.dumps([self.kind, meaning], sort_keys=True).encode()).hexdigest()[:32]

    def describe(self) -> dict[str, Any]:
        """Return the fields that mean something, for whoever reads the file of the result."""
        named = {field.name: getattr(self, field.name) for field in fields(self) if field.compare}
        return {"kind": self.kind, **_described(named)}


@cache
def _versions() -> dict[str, str]:
    return {package: version(package) for package in _VERSIONS_OF}


def _meaning(value: Any) -> Any:
    """Return what a value means for a result, ready for JSON."""
    if isinstance(value, Cell):
        return value.fingerprint
    if hasattr(value, "content"):
        return value.content
    if is_dataclass(value):
        return [repr(value), code_version(type(value).__module__)]
    return _walk(value, _meaning)


def _described(value: Any) -> Any:
    if isinstance(value, Cell):
        return value.describe()
    if is_dataclass(value):
        return {field.name: _described(getattr(value, field.name)) for field in fields(value)}
    return _walk(value, _described)


def _walk(value: Any, each: Callable[[Any], Any]) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): each(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [each(inner) for inner in value]
    return str(value)
