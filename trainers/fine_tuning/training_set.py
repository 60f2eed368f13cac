"""Check labelled sentences before an hour is spent on them."""

from __future__ import annotations

from typing import Any

from datasets import ClassLabel, Dataset

from nuner.data_builders.labelled.load import entity_types, load_labelled
from nuner.data_builders.labelled.samples.k_shot import annotation_counts
from nuner.data_builders.labelled.tag_spelling import OUTSIDE


def labelled_in_iob2(train: Dataset, evaluation: Dataset | None = None) -> tuple[Dataset, Dataset | None]:
    """Bring labelled data sets to `tokens` and `ner_tags` in IOB2 with the same labels, and check them.

    Args:
        train: Sentences to learn from, in any form that `load_labelled` reads.
        evaluation: Sentences to measure on.

    Returns:
        Both; what `load_labelled` returned before is not read again.

    Raises:
        ValueError: If there is no sentence or no entity to learn from, no entity to measure on, or a type of entity
            without an example.

    Example:
        ```python
        >>> from datasets import Dataset
        >>> from nuner.trainers.fine_tuning.training_set import labelled_in_iob2
        >>> rows = Dataset.from_list([{"tokens": ["in", "Paris"], "tags": ["O", "city"]}])
        >>> train, _ = labelled_in_iob2(rows)
        >>> train.features["ner_tags"].feature.names
        ['O', 'B-city', 'I-city']

        ```
    """
    for name, rows in (("training set", train), ("evaluation set", evaluation)):
        if rows is not None and not len(rows):
            raise ValueError(f"the {name} is empty; give it at least one labelled sentence")
    splits = {"train": train} if evaluation is None else {"train": train, "evaluation": evaluation}
    tags = train.features.get("ner_tags")
    if not all(_is_iob2(rows) and rows.features["ner_tags"] == tags for rows in splits.values()):
        splits = dict(load_labelled(splits))
        train, evaluation = splits["train"], splits.get("evaluation")
    counts = sum(annotation_counts(train), start=type(annotation_counts(train)[0])())
    if not counts:
        raise ValueError(
            f"the training set has no entity: the words of all {len(train):,} sentences are tagged {OUTSIDE!r}"
        )
    missing = [name for name in entity_types(train) if not counts[name]]
    if missing:
        raise ValueError(
            f"the training set has no example of type {', '.join(map(repr, missing))}; label some, or choose other "
            "types with types=[...]"
        )
    if evaluation is not None and not any(annotation_counts(evaluation)):
        raise ValueError("the evaluation set has no entity, so nothing can be measured on it")
    return train, evaluation


def _is_iob2(rows: Dataset) -> bool:
    """Whether rows are as `load_labelled` returns them."""
    label: Any = getattr(rows.features.get("ner_tags"), "feature", None)
    if "tokens" not in rows.column_names or not isinstance(label, ClassLabel):
        return False
    outside, *tags = label.names
    begins, insides = tags[::2], tags[1::2]
    return (
        outside == OUTSIDE
        and all(
            begin.startswith("B-") and inside == f"I-{begin[2:]}"
            for begin, inside in zip(begins, insides, strict=False)
        )
        and len(begins) == len(insides)
    )
