"""Facts as JSON beside what they are about."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar

from nuner.data_builders.files.whole_files import write_whole

Facts = TypeVar("Facts")


def read_facts(path: Path, build: Callable[[dict[str, Any]], Facts]) -> Facts | None:
    """Read what `write_facts` wrote.

    Args:
        path: The file.
        build: Makes the facts from a JSON object.

    Returns:
        The facts; None where there is no file.

    Raises:
        ValueError: If the file holds something else.
    """
    try:
        facts: Any = build(json.loads(path.read_text(encoding="utf-8")))
        _check_shape(facts)
    except FileNotFoundError:
        return None
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise ValueError(f"{path} does not hold the facts for a card ({error}); mend or remove it.") from error
    return facts


def write_facts(path: Path, facts: Any) -> Path:
    """Write facts; what is not known is left out.

    Args:
        path: The file.
        facts: A data class.

    Returns:
        The file.
    """
    known = {name: value for name, value in asdict(facts).items() if value not in (None, [], {})}
    write_whole(path, json.dumps(known, indent=2, ensure_ascii=False, default=str) + "\n", errors="replace")
    return path


def _check_shape(facts: Any) -> None:
    """Refuse a text that ought to be a list, of which whoever edits the file should not hear from a template."""
    empty = type(facts)()
    for field in fields(facts):
        kind = type(getattr(empty, field.name))
        if kind in (list, dict) and not isinstance(getattr(facts, field.name), kind):
            raise TypeError(f"{field.name} is not a {'list' if kind is list else 'table'}")
