"""Read the entity types of a YAML file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.resolver import VersionedResolver

from ...surrogates import without_lone_surrogates
from .type_list import EntityType, TypeList

_KEYS = ("types", "guidelines")
_TEXTS = ("description", "guideline")
_LISTS = ("examples", "aliases")
_KEYS_OF_A_TYPE = ("name", *_TEXTS, *_LISTS)


class _AsWritten(VersionedResolver):
    """Takes all scalars for text: `no`, 007, 2.50 and 2024-01-01 are what is written, and stay it."""

    @property
    def versioned_resolver(self) -> dict[Any, Any]:
        """The scalars that are something else: none."""
        return {}


class TypesError(ValueError):
    """A list of types that cannot be used; the message begins with the file and the line."""


def read_types(path: str | os.PathLike[str]) -> TypeList:
    r"""Read a list of entity types.

    The file is YAML: `types`, a list of names or of objects with `name` and perhaps `description`, `guideline`,
    `examples` and `aliases`, as `EntityType` has them; and perhaps `guidelines`, a text for all of them.

    Args:
        path: The file.

    Raises:
        FileNotFoundError: If it is not there.
        TypesError: If it is no YAML, a key is unknown, a text is empty, or a name is there twice.

    Example:
        ```python
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp(), "types.yaml")
        >>> _ = file.write_text("types:\n- {name: city, description: a town of any size}\n- drug\n")
        >>> [each.name for each in read_types(file).types]
        ['city', 'drug']

        ```
    """
    file = Path(path)
    try:
        # This loader knows the lines, and refuses a key that is there twice.
        yaml = YAML(typ="rt", pure=True)
        yaml.Resolver = _AsWritten
        content = yaml.load(file.read_text(encoding="utf-8-sig"))
    except MarkedYAMLError as error:
        line = f"{error.problem_mark.line + 1}: " if error.problem_mark is not None else " "
        raise TypesError(f"{path}:{line}this is no YAML: {_first_line(error.problem)}") from None
    except UnicodeDecodeError:
        raise TypesError(f"{path}: this is no YAML: it is not text in UTF-8") from None
    except (YAMLError, RecursionError, ValueError) as error:  # ValueError: an escape of what is no character
        raise TypesError(f"{path}: this is no YAML: {_first_line(error)}") from None
    reader = _Reader(str(path))
    if not isinstance(content, dict):
        raise TypesError(f"{path}: there are no types; write them as a list below the key 'types'")
    reader.check_keys(content, _KEYS, 1, "the file")
    entries = content.get("types")
    if not isinstance(entries, list) or not entries:
        raise TypesError(f"{path}:{_line(content, 'types')}: 'types' must be a list of at least one type")
    guidelines = reader.text(content, "guidelines", "the file") if "guidelines" in content else None
    types: list[EntityType] = []
    for number, entry in enumerate(entries):
        line = _line(entries, number)
        reader.add(types, reader.entity_type(entry, line), line)
    return TypeList(tuple(types), guidelines)


class _Reader:
    """Checks what a file holds; all that it refuses has the line."""

    def __init__(self, path: str) -> None:
        self._path = path

    def check_keys(self, values: dict[Any, Any], known: Iterable[str], line: int, of: str) -> None:
        for key in values:
            if key not in known:
                raise self._error(_line(values, key, line), f"{of} has no key {key!r}; known are {', '.join(known)}")

    def entity_type(self, entry: Any, line: int) -> EntityType:
        if isinstance(entry, str):
            entry = {"name": entry}
        if not isinstance(entry, dict):
            raise self._error(line, f"a type is a name, or has the keys {', '.join(_KEYS_OF_A_TYPE)}; not {entry!r}")
        if "name" not in entry:
            raise self._error(line, "the type has no name")
        name = " ".join(self.text(entry, "name", "the type", line).split())
        self.check_keys(entry, _KEYS_OF_A_TYPE, line, f"the type {name!r}")
        of = f"the type {name!r}"
        said: dict[str, Any] = {key: self.text(entry, key, of) for key in _TEXTS if key in entry}
        said |= {key: self._texts(entry, key, of) for key in _LISTS if key in entry}
        return self._checked(line, lambda: EntityType(name, **said))

    def add(self, types: list[EntityType], one: EntityType, line: int) -> None:
        """Add a type, unless its names are those of an earlier one."""
        self._checked(line, lambda: TypeList((*types, one)))
        types.append(one)

    def text(self, values: dict[Any, Any], key: str, of: str, line: int = 1) -> str:
        value, line = values[key], _line(values, key, line)
        if not isinstance(value, str):
            raise self._error(line, f"{key!r} of {of} must be text, not {value!r}")
        text = without_lone_surrogates(value).strip()  # JSON, which is YAML, escapes an emoji by two halves
        if not text:
            raise self._error(line, f"{key!r} of {of} is empty; write something, or leave the key out")
        return text

    def _texts(self, values: dict[Any, Any], key: str, of: str) -> tuple[str, ...]:
        items = values[key] if isinstance(values[key], list) else [values[key]]
        found = [self.text({key: item}, key, of, _line(values, key)) for item in items]
        if not found:
            raise self._error(_line(values, key), f"{key!r} of {of} is empty; write something, or leave the key out")
        return tuple(found)

    def _checked(self, line: int, make: Any) -> Any:
        try:
            return make()
        except ValueError as error:
            raise self._error(line, str(error)) from None

    def _error(self, line: int, message: str) -> TypesError:
        return TypesError(f"{self._path}:{line}: {message}")


def _line(values: Any, key: str | int, default: int = 1) -> int:
    """Return the line on which a key, or an item of a list, stands."""
    lines: dict[str | int, Any] = getattr(getattr(values, "lc", None), "data", None) or {}
    return lines[key][0] + 1 if key in lines else default


def _first_line(problem: object) -> str:
    return (str(problem).strip().splitlines() or ["it cannot be read"])[0]
