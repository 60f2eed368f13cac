"""Scores of each entity type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_AVERAGES = ("micro avg", "macro avg", "weighted avg")


def type_scores(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> dict[str, dict[str, float]]:
    """Precision, recall and F1 of the entities of each type, right in type and both ends.

    Sequences that IOB2 does not allow are read as seqeval does by default: an `I-` that follows no entity of its
    type begins one.

    Args:
        gold: IOB2 tags of each sentence.
        predicted: The predicted ones, as many.

    Returns:
        Type -> `precision`, `recall`, `f1` and `support`, the number of gold entities; in alphabetical order.

    Example:
        ```python
        >>> from nuner.trainers.evaluation.type_scores import type_scores
        >>> type_scores([["B-city", "O"]], [["B-city", "O"]])
        {'city': {'precision': 1.0, 'recall': 1.0, 'f1': 1.0, 'support': 1}}

        ```
    """
    from seqeval.metrics import classification_report

    report: Any = classification_report(
        list(gold),
        list(predicted),
        output_dict=True,
        zero_division=0,  # pyright: ignore[reportArgumentType] (its annotation says str)
    )
    return {
        name: {
            "precision": float(scores["precision"]),
            "recall": float(scores["recall"]),
            "f1": float(scores["f1-score"]),
            "support": int(scores["support"]),
        }
        for name, scores in report.items()
        if name not in _AVERAGES
    }
