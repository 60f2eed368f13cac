"""Sentences held out to measure on, where a data set has no test split."""

from __future__ import annotations

import random
from collections import Counter

from datasets import DatasetDict

from nuner.data_builders.labelled.samples.k_shot import annotation_counts

HELD_OUT_SHARE = 0.2
HELD_OUT_SEED = 0


def with_test_split(splits: DatasetDict, name: str) -> tuple[DatasetDict, str | None]:
    """Hold a fifth of the training sentences out as the test split, where there is none.

    Which ones depends on nothing but their number, their types and a fixed seed, so that everything that is measured
    on a data set is measured on the same sentences. A sentence that has the last example of a type stays in training.

    Args:
        splits: As `load_labelled` returns them. A single split is taken as training sentences, whatever it is called.
        name: What to call the data set.

    Returns:
        The splits, and a sentence about what was held out, or None.

    Raises:
        ValueError: If there are too few sentences to divide.

    Example:
        ```python
        >>> from nuner import load_labelled
        >>> from nuner.trainers.held_out import with_test_split
        >>> train = load_labelled("support-tickets", "train")
        >>> splits, note = with_test_split(DatasetDict({"train": train}), "my tickets")
        >>> {split: len(rows) for split, rows in splits.items()}
        {'train': 320, 'test': 80}
        >>> note
        'my tickets has no test split: 80 of its 400 sentences (drawn with seed 0) are held out to measure on'

        ```
    """
    if len(splits) == 1:
        splits = DatasetDict({"train": next(iter(splits.values()))})
    if "test" in splits or "train" not in splits:
        return splits, None
    train = splits["train"]
    held_out = _draw(annotation_counts(train))
    if not held_out:
        raise ValueError(
            f"{name} has no test split, and its {len(train):,} training sentences are too few to hold some out; "
            "label more, or give it a test split"
        )
    rest = sorted(set(range(len(train))) - set(held_out))
    note = (
        f"{name} has no test split: {len(held_out):,} of its {len(train):,} sentences (drawn with seed "
        f"{HELD_OUT_SEED}) are held out to measure on"
    )
    return DatasetDict({**splits, "train": train.select(rest), "test": train.select(held_out)}), note


def _draw(counts: list[Counter[str]]) -> list[int]:
    """Return rows to hold out, at least one with an entity, of whose types others stay; none if there are none."""
    rows = list(range(len(counts)))
    random.Random(HELD_OUT_SEED).shuffle(rows)
    left = sum(counts, Counter[str]())
    # Without an entity nothing could be measured: a sentence that has one comes first.
    first = next((row for row in rows if counts[row] and _can_go(counts[row], left)), None)
    if first is None:
        return []
    rows.remove(first)
    drawn: list[int] = []
    for row in [first, *rows]:
        if len(drawn) < max(1, round(HELD_OUT_SHARE * len(counts))) and _can_go(counts[row], left):
            drawn.append(row)
            left -= counts[row]
    return sorted(drawn)


def _can_go(counts: Counter[str], left: Counter[str]) -> bool:
    return all(left[name] > number for name, number in counts.items())
