"""What a reader makes of a small file."""

from collections import Counter
from pathlib import Path

from nuner.data_builders.labelled.formats.labelled_file import LabelledFile
from nuner.data_builders.labelled.formats.table import recognize_format
from nuner.data_builders.labelled.labelled_text import LabelledText
from nuner.data_builders.rejections import Rejections


def reading(path: Path):
    """Return name of the format, texts with (start, end, label) or words with tags, notes, and rejections."""
    file = LabelledFile(path)
    labelled_format = recognize_format(file)
    rejections, notes = Rejections("skip"), Counter()
    read = [
        (item.text, [tuple(entity) for entity in item.entities])
        if isinstance(item, LabelledText)
        else (item.tokens, item.tags)
        for item in labelled_format.read(file, rejections, notes)
    ]
    return labelled_format.name, read, dict(+notes), [str(item) for item in rejections.items]
