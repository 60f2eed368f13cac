"""Scores of whole entities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def entity_scores(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> dict[str, float]:
    """Precision, recall and F1 of entities whose type and both ends are right.

    Args:
        gold: IOB2 tags of each sentence.
        predicted: The predicted ones, as many.

    Returns:
        `precision`, `recall` and `f1` over all entities (micro), and `macro_f1`, the mean over the types.

    Example:
        ```python
        >>> from nuner.trainers.entity_metrics import entity_scores
        >>> entity_scores([["B-city", "I-city", "O"]], [["B-city", "O", "O"]])["f1"]
        0.0

        ```
    """
    from seqeval.metrics import classification_report
    from seqeval.scheme import IOB2

    report: Any = classification_report(
        list(gold),
        list(predicted),
        mode="strict",
        scheme=IOB2,
        output_dict=True,
        zero_division=0,  # pyright: ignore[reportArgumentType] (its annotation says str)
    )
    micro, macro = report["micro avg"], report["macro avg"]
    return {
        "precision": float(micro["precision"]),
        "recall": float(micro["recall"]),
        "f1": float(micro["f1-score"]),
        "macro_f1": float(macro["f1-score"]),
    }
