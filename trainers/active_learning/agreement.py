"""How far annotators agree on the texts that several of them labelled."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np

from nuner.data_builders.labelled.projects.answers import Answer
from nuner.data_builders.labelled.projects.project import Project
from nuner.data_builders.labelled.words import split_words

from .instant_head import LearntText


class Agreement(NamedTuple):
    """How far annotators agree.

    Args:
        texts: Texts that several of them labelled.
        f1: F1 of the entities of one of two annotators against those of the other, type and both ends the same, over
            all pairs of answers to a text; None where none of them has an entity.
        kappa: Cohen's kappa of the types of the words, no entity being one of them: agreement beyond chance, 1 if it
            is perfect; None where all words have one and the same.
    """

    texts: int
    f1: float | None
    kappa: float | None


def agreement(project: Project) -> Agreement | None:
    """Measure how far the annotators of a project agree.

    Args:
        project: The project.

    Returns:
        The agreement; None if no text was labelled twice.

    Example:
        ```python
        >>> import tempfile
        >>> from pathlib import Path
        >>> from nuner.data_builders.labelled.projects.answers import Label
        >>> with tempfile.TemporaryDirectory() as folder, Project(Path(folder, "trips.studio")) as project:
        ...     _ = project.add_texts([("From Oslo to Rome.", None)])
        ...     ada, bo = project.annotator("Ada"), project.annotator("Bo")
        ...     city = project.types.add(ada, "city").number
        ...     project.save(1, ada, [Label(5, 9, city), Label(13, 17, city)])
        ...     project.save(1, bo, [Label(5, 9, city)])
        ...     round(agreement(project).f1, 2)
        0.67

        ```
    """
    from sklearn.metrics import cohen_kappa_score

    texts = list(project.answers.doubled())
    if not texts:
        return None
    same = labels = 0
    words: list[tuple[np.ndarray, np.ndarray]] = []
    for answers, text in zip(texts, project.texts.some([answers[0].text for answers in texts]), strict=True):
        for one, other in combinations(answers, 2):
            same += len(one.entities & other.entities)
            labels += len(one.entities) + len(other.entities)
            words.append((_types_of_words(one, text.text), _types_of_words(other, text.text)))
    first, second = (np.concatenate(side) for side in zip(*words, strict=True))
    one_type = len({*first.tolist(), *second.tolist()}) < 2
    kappa = None if one_type else float(cohen_kappa_score(first, second))
    return Agreement(len(texts), 2 * same / labels if labels else None, kappa)


def _types_of_words(answer: Answer, text: str) -> np.ndarray:
    words = split_words(text)
    start, end = (np.array([word[place] for word in words], dtype=np.int64) for place in (1, 2))
    return LearntText.of(answer.labels, np.zeros((len(words), 0)), start, end).types
