"""Pictures on disk, written whole."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from .whole_files import whole_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DOTS_PER_INCH = 150


def save_picture(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Write a figure to a file, which then holds all of it, or what it held before.

    Args:
        figure: A figure of matplotlib.
        path: The picture; its suffix names the format (`.png`, `.svg`, `.pdf`), and `.png` is added where there is
            none.

    Raises:
        ValueError: If matplotlib does not know the format.
        OSError: If the file cannot be written.
    """
    path = Path(path)
    if not path.suffix:
        path = path.with_suffix(".png")
    with whole_file(path) as unfinished:
        figure.savefig(unfinished, dpi=_DOTS_PER_INCH, format=path.suffix[1:])
