"""Facts as JSON beside what they are about."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar

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
    write_whole(path, json.dumps(known, indent=2, ensure_ascii=False, default=str) + "\n")
    return path


def write_whole(path: Path, text: str) -> None:
    """Write a text file so that it is there whole, or as it was before.

    Args:
        path: Where to write.
        text: What to write.
    """
    handle, unfinished = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="") as file:
            file.write(text)
        # mkstemp makes it private; what it replaces was not.
        os.chmod(unfinished, 0o644)  # noqa: PTH101 (a descriptor's name, not a path that is built)
        Path(unfinished).replace(path)
    finally:
        Path(unfinished).unlink(missing_ok=True)


def _check_shape(facts: Any) -> None:
    """Whoever edits the file by hand should hear of a text that ought to be a list here, not from a template."""
    empty = type(facts)()
    for field in fields(facts):
        kind = type(getattr(empty, field.name))
        if kind in (list, dict) and not isinstance(getattr(facts, field.name), kind):
            raise TypeError(f"{field.name} is not a {'list' if kind is list else 'table'}")
