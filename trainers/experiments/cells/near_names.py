"""What may have been meant by the name of something that does not exist."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


def or_the_nearest(error: Exception, name: str, known: Iterable[str] = ()) -> FileNotFoundError:
    """Add to an error about a missing file, folder or name what is called nearly so.

    Args:
        error: The error.
        name: The path or name that was given.
        known: Names that are known besides what lies in the folder of that path.

    Returns:
        An error with the same message, and the nearest path or name behind it, if any is near.

    Example:
        ```python
        >>> from nuner.trainers.experiments.cells.near_names import or_the_nearest
        >>> print(or_the_nearest(FileNotFoundError("there is no data set 'ticket'"), "ticket", ["tickets"]))
        there is no data set 'ticket'; did you mean 'tickets'?

        ```
    """
    folder = Path(name).expanduser().parent
    there = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    near = get_close_matches(name, list(known), n=1) or [
        str(Path(name).parent / each) for each in get_close_matches(Path(name).name, there, n=1)
    ]
    return FileNotFoundError(f"{error}; did you mean {near[0]!r}?" if near else str(error))
