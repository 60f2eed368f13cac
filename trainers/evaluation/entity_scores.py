"""Scores of whole entities and of single tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from .token_scores import macro_token_f1, token_classes


def entity_scores(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> dict[str, float]:
    """Precision, recall and F1 of entities whose type and both ends are right, and the paper's F1 over tokens.

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
    from seqeval.metrics import classification_report
    from seqeval.scheme import IOB2

    scores: dict[str, float] = {}
    modes: dict[str, dict[str, Any]] = {"": {}, "strict_": {"mode": "strict", "scheme": IOB2}}
    for prefix, mode in modes.items():
        report: Any = classification_report(
            list(gold),
            list(predicted),
            output_dict=True,
            zero_division=0,  # pyright: ignore[reportArgumentType] (its annotation says str)
            **mode,
        )
        micro, macro = report["micro avg"], report["macro avg"]
        scores[f"{prefix}precision"] = float(micro["precision"])
        scores[f"{prefix}recall"] = float(micro["recall"])
        scores[f"{prefix}f1"] = float(micro["f1-score"])
        scores[f"{prefix}macro_f1"] = float(macro["f1-score"])
    scores["token_macro_f1"] = _token_macro_f1(gold, predicted)
    return scores


def _token_macro_f1(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> float:
    names = sorted({tag for tags in (*gold, *predicted) for tag in tags} | {"O"})
    number = {name: i for i, name in enumerate(names)}
    classes = token_classes(names)
    of_gold, of_predicted = (
        classes[torch.tensor([number[tag] for tags in sentences for tag in tags])] for sentences in (gold, predicted)
    )
    return float(macro_token_f1(of_predicted, of_gold, int(classes.max())))
