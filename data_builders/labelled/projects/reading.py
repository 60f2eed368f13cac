"""The labelled texts of a project, for those who learn from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ...files.database import Database
from ..labelled_text import LabelledText, TextEntity
from .answers import Answers
from .history import History
from .schema import PROJECT, ProjectError
from .texts import Texts

_UNDECIDED = "texts have labels of several people who do not agree; those that were saved first were taken"


def labelled_texts(path: Path, notes: Counter[str]) -> Iterator[LabelledText]:
    """Yield the texts of a project that are labelled; it may be open in another process.

    Args:
        path: The project.
        notes: Counts the texts whose annotators do not agree.

    Raises:
        ProjectError: If it is no project, or nothing is labelled.
    """
    for _, text in _labelled_texts(path, notes):
        yield text


def project_splits(path: Path, notes: Counter[str]) -> dict[str, list[LabelledText]]:
    """Return the texts of a project that are labelled: `train`, and as `test` those that were set aside.

    Args:
        path: The project.
        notes: Counts the texts whose annotators do not agree.

    Raises:
        ProjectError: If it is no project, or nothing is labelled.
    """
    splits: dict[str, list[LabelledText]] = {"train": [], "test": []}
    for held_out, text in _labelled_texts(path, notes):
        splits["test" if held_out else "train"].append(text)
    return {split: texts for split, texts in splits.items() if texts}


def _labelled_texts(path: Path, notes: Counter[str]) -> Iterator[tuple[bool, LabelledText]]:
    database = Database(path, PROJECT, create=False)
    try:
        answers = Answers(database, History(database))
        counted = list(answers.counted())
        if not counted:
            raise ProjectError(f"{path} has no labelled text yet")
        notes[_UNDECIDED] += len(answers.conflicts())
        types = dict(database.query("SELECT number, name FROM types"))
        texts = Texts(database).some([answer.text for answer in counted])
        for answer, text in zip(counted, texts, strict=True):
            entities = tuple(TextEntity(label.start, label.end, types[label.type]) for label in answer.labels)
            yield text.held_out, LabelledText(text.text, entities, str(path), text.number)
    finally:
        database.close()
