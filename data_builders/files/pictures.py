"""Pictures on disk, written whole, with all words in them as they are."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ..plain_console import shown
from .whole_files import whole_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DOTS_PER_INCH = 150


def save_picture(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Write a figure to a file, which then holds all of it, or what it held before.

    No word in it is read as TeX.

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
    take_no_word_for_markup(figure)
    with whole_file(path) as unfinished, warnings.catch_warnings():
        # A name in a script that the font lacks is drawn as boxes.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure.savefig(unfinished, dpi=_DOTS_PER_INCH, format=path.suffix[1:])


def take_no_word_for_markup(figure: Figure) -> None:
    """Have the words of a figure drawn as they are; `save_picture` does so itself.

    Args:
        figure: A figure of matplotlib.
    """
    from matplotlib.text import Text

    for text in cast("list[Text]", figure.findobj(Text)):
        text.set_text(shown(text.get_text()))
        text.set_parse_math(False)
        text.set_usetex(False)
