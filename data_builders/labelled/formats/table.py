"""All formats of labelled data, and which of them a file is in."""

from __future__ import annotations

from pathlib import Path

from .annotation_store import ANNOTATION_STORE
from .annotation_tools.brat import BRAT
from .annotation_tools.doccano import DOCCANO, DOCCANO_RELATION
from .annotation_tools.label_studio import LABEL_STUDIO, LABEL_STUDIO_MIN
from .annotation_tools.prodigy import PRODIGY
from .annotation_tools.webanno import WEBANNO
from .biomedical.bioc import BIOC, BIOC_JSON
from .biomedical.pubtator import PUBTATOR
from .columns import CONLL
from .conversations import CONVERSATIONS
from .gliner import GLINER
from .labelled_file import LabelledFile, data_suffix
from .labelled_format import LabelledFormat
from .parquet import PARQUET
from .spacy.docs import SPACY_DOCS
from .spacy.training import NER_ANNOTATOR, SPACY_TRAINING
from .studio_project import STUDIO_PROJECT
from .text_records import JSON_LINES
from .word_rows import WORD_ROWS

# Of formats that a file looks like equally much, the first one is taken.
FORMATS = (
    STUDIO_PROJECT,
    ANNOTATION_STORE,
    PARQUET,
    SPACY_DOCS,
    LABEL_STUDIO,
    LABEL_STUDIO_MIN,
    PRODIGY,
    DOCCANO,
    DOCCANO_RELATION,
    SPACY_TRAINING,
    NER_ANNOTATOR,
    GLINER,
    CONVERSATIONS,
    BIOC_JSON,
    JSON_LINES,
    BRAT,
    WEBANNO,
    PUBTATOR,
    BIOC,
    WORD_ROWS,
    CONLL,
)
"""Every format that is read; the first two are not written."""

LABELLED_SUFFIXES = tuple(dict.fromkeys(suffix for each in FORMATS for suffix in each.suffixes))
"""Ends of the names of labelled files, to be compared with `data_suffix`."""


def recognize_format(file: LabelledFile) -> LabelledFormat:
    """Tell the format of a labelled file by its content; text in no other format is taken for columns.

    Raises:
        ValueError: If it is in none of them; the message says what was looked for.
    """
    if not file.path.is_dir() and not file.data.strip():  # empty in any format
        return JSON_LINES
    best = max(FORMATS, key=lambda each: each.recognize(file))
    if best.recognize(file):
        return best
    if not _may_have_columns(file):
        raise ValueError(f"{file.path} is in no known format of labelled data{_fields(file)}; known are {_titles()}")
    return CONLL


def _may_have_columns(file: LabelledFile) -> bool:
    """Tell whether a file is text, and neither JSON nor markup."""
    return file.path.is_file() and "\0" not in file.head and file.head.lstrip()[:1] not in ("[", "{", "<")


def looks_labelled(folder: LabelledFile) -> bool:
    """Tell whether the files of a folder make up one labelled file of some format."""
    return any(each.recognize(folder) for each in FORMATS)


def format_named(name: str) -> LabelledFormat:
    """Return the format of a name.

    Raises:
        ValueError: If there is none.

    Example:
        ```python
        >>> format_named("gliner").title
        'GLiNER training data'

        ```
    """
    for each in FORMATS:
        if each.name == name:
            return each
    raise ValueError(f"there is no format {name!r}; known are {', '.join(each.name for each in FORMATS)}")


def format_for(path: Path) -> LabelledFormat:
    """Return the one format that files of a name are written in.

    Raises:
        ValueError: If the end of the name tells none, or stands for several.
    """
    suffix = data_suffix(path)
    usual = [each for each in FORMATS if each.suffixes[0] == suffix]
    found = (
        [each for each in usual if each.name == suffix[1:]] or usual or [e for e in FORMATS if suffix in e.suffixes]
    )
    if len(found) == 1:
        return found[0]
    among = found or FORMATS
    raise ValueError(f"the name {path} does not tell the format; name one of {', '.join(each.name for each in among)}")


def _fields(file: LabelledFile) -> str:
    record = next((row.value for row in file.json_rows if isinstance(row.value, dict)), None)
    return f" (its records have {', '.join(map(repr, record))})" if record else ""


def _titles() -> str:
    return ", ".join(f"{each.title} ({each.suffixes[0]})" for each in FORMATS)
