"""How good predicted tags are: over all entities, and for each entity type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from nuner.data_builders.labelled.tag_spelling import OUTSIDE

from .token_scores import macro_token_f1, token_classes

_AVERAGES = ("micro avg", "macro avg", "weighted avg")


def entity_scores(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> dict[str, float]:
    """Compute precision, recall and F1 of entities whose type and both ends are right, and the paper's F1 over tokens.

    Two readings of invalid sequences are in use. The default mode of seqeval (that of conlleval) takes an `I-` that
    follows no entity of its type as the beginning of one, as `pipeline("ner")` does; strict mode counts no entity
    without its `B-`.

    Args:
        gold: IOB2 tags of each sentence.
        predicted: The predicted ones, as many.

    Returns:
        `precision`, `recall`, `f1` over all entities (micro) and `macro_f1`, the mean over the types, in default
        mode; the same in strict mode as `strict_...`; and `token_macro_f1`, without `B-`, `I-` and `O`
        (section 4.1).

    Raises:
        ValueError: If there is no entity in `gold`.

    Example:
        ```python
        >>> from nuner.trainers.evaluation.entity_scores import entity_scores
        >>> scores = entity_scores([["B-city", "I-city", "O"]], [["B-city", "O", "O"]])
        >>> scores["f1"], round(scores["token_macro_f1"], 2)
        (0.0, 0.67)

        ```
    """
    from seqeval.scheme import IOB2

    if all(tag == OUTSIDE for tags in gold for tag in tags):
        raise ValueError("no token of the test set belongs to an entity, so F1 is not defined")
    scores: dict[str, float] = {}
    modes: dict[str, dict[str, Any]] = {"": {}, "strict_": {"mode": "strict", "scheme": IOB2}}
    for prefix, mode in modes.items():
        report = _report(gold, predicted, **mode)
        micro, macro = report["micro avg"], report["macro avg"]
        scores[f"{prefix}precision"] = float(micro["precision"])
        scores[f"{prefix}recall"] = float(micro["recall"])
        scores[f"{prefix}f1"] = float(micro["f1-score"])
        scores[f"{prefix}macro_f1"] = float(macro["f1-score"])
    scores["token_macro_f1"] = _token_macro_f1(gold, predicted)
    return scores


def type_scores(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> dict[str, dict[str, float]]:
    """Compute precision, recall and F1 of the entities of each type, right in type and both ends.

    Sequences that IOB2 does not allow are read as seqeval does by default: an `I-` that follows no entity of its
    type begins one.

    Args:
        gold: IOB2 tags of each sentence.
        predicted: The predicted ones, as many.

    Returns:
        Type -> `precision`, `recall`, `f1` and `support`, the number of gold entities; in alphabetical order.

    Example:
        ```python
        >>> from nuner.trainers.evaluation.entity_scores import type_scores
        >>> type_scores([["B-city", "O"]], [["B-city", "O"]])
        {'city': {'precision': 1.0, 'recall': 1.0, 'f1': 1.0, 'support': 1}}

        ```
    """
    return {
        name: {
            "precision": float(scores["precision"]),
            "recall": float(scores["recall"]),
            "f1": float(scores["f1-score"]),
            "support": int(scores["support"]),
        }
        for name, scores in _report(gold, predicted).items()
        if name not in _AVERAGES
    }


def _report(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]], **mode: Any) -> dict[str, Any]:
    """Let seqeval score each type, and their averages."""
    from seqeval.metrics import classification_report

    report: Any = classification_report(
        list(gold),
        list(predicted),
        output_dict=True,
        zero_division=0,  # pyright: ignore[reportArgumentType] (its annotation says str)
        **mode,
    )
    return report


def _token_macro_f1(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> float:
    names = sorted({tag for tags in (*gold, *predicted) for tag in tags} | {OUTSIDE})
    number = {name: i for i, name in enumerate(names)}
    classes = token_classes(names)
    of_gold, of_predicted = (
        classes[torch.tensor([number[tag] for tags in sentences for tag in tags])] for sentences in (gold, predicted)
    )
    return float(macro_token_f1(of_predicted, of_gold, int(classes.max())))
