"""k-shot training sets by k~2k mining (Ding et al., 2021; section 4.1 of the NuNER paper)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from datasets import Dataset

# A random order can leave the last types without room; another order of the same seed mostly has it.
_ATTEMPTS = 20

AnnotationCounts = Sequence[Mapping[str, int]]


def annotation_counts(dataset: Dataset) -> list[Counter[str]]:
    """Count the annotations of each type in each sentence of a labelled data set.

    Args:
        dataset: A split that `load_labelled` returned.

    Returns:
        For each row, type -> number of entities.

    Example:
        ```python
        >>> from nuner.data_builders.labelled.load import load_labelled
        >>> annotation_counts(load_labelled("support-tickets", "train"))[0]["product"]
        1

        ```
    """
    names = dataset.features["ner_tags"].feature.names
    begins = {i: name[2:] for i, name in enumerate(names) if name.startswith("B-")}
    return [Counter(begins[tag] for tag in tags if tag in begins) for tags in dataset["ner_tags"]]


def sample_k_shot(examples: AnnotationCounts, k: int, seed: int, types: Iterable[str] | None = None) -> list[int]:
    """Draw sentences so that each type has at least k and at most 2k annotations.

    Sentences are visited in random order, the rarest type first: a sentence is taken if the
    type still lacks annotations and no type would exceed 2k. (Without that order the frequent
    types fill their quota with sentences that the rare ones then cannot add to.) The sample
    depends on the examples, k and the seed alone.

    Args:
        examples: Annotations of each sentence, as `annotation_counts` gives them.
        k: At least so many annotations of each type, at least 1.
        seed: Number of the sample.
        types: Types to sample for; all that occur, if not given.

    Returns:
        Row numbers in ascending order.

    Raises:
        ValueError: If there are too few annotations; the message names the type, how many it has
            and the largest k that can be drawn.

    Example:
        ```python
        >>> sample_k_shot([{"person": 1}, {"person": 2, "place": 1}, {}], k=1, seed=0)
        [1]

        ```
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    totals = Counter(dict.fromkeys(types, 0) if types is not None else ())
    for counts in examples:
        totals.update(counts)
    if not totals:
        raise ValueError("there is no annotation to sample from")
    sample, lacking = _draw(examples, k, seed, totals)
    if sample is not None:
        return sample
    largest = _largest_possible(examples, min(k - 1, min(totals.values())), seed, totals)
    raise ValueError(
        f"k = {k} is too large: there are {totals[lacking]} annotations of type {lacking!r}"
        + (f", which cannot all be drawn without exceeding {2 * k} of another type" if totals[lacking] >= k else "")
        + (f"; the largest possible k is {largest}" if largest else "; no k can be drawn")
    )


def _largest_possible(examples: AnnotationCounts, bound: int, seed: int, totals: Counter[str]) -> int:
    """Return the largest k up to `bound` that this seed can draw, found by bisection; 0 if none is found."""
    possible, impossible = 0, bound + 1
    k = bound
    while impossible - possible > 1:
        if _draw(examples, k, seed, totals)[0] is None:
            impossible = k
        else:
            possible = k
        k = (possible + impossible) // 2
    return possible


def _draw(examples: AnnotationCounts, k: int, seed: int, totals: Counter[str]) -> tuple[list[int] | None, str]:
    """Return a sample, or None and the type for which there were too few annotations."""
    rarest_first = sorted(totals, key=lambda name: (totals[name], name))
    if totals[rarest_first[0]] < k:
        return None, rarest_first[0]
    holders: dict[str, list[int]] = {name: [] for name in totals}
    for row, counts in enumerate(examples):
        if all(number <= 2 * k for number in counts.values()):
            for name in counts:
                holders[name].append(row)
    # A string as seed is hashed the same way in every process and on every platform.
    shuffle = random.Random(f"{seed}-{k}").shuffle
    lacking = ""
    for _ in range(_ATTEMPTS):
        drawn: Counter[str] = Counter()
        taken: set[int] = set()
        for name in rarest_first:
            pool = holders[name].copy()
            shuffle(pool)
            for row in pool:
                if drawn[name] >= k:
                    break
                counts = examples[row]
                if row not in taken and all(drawn[t] + n <= 2 * k for t, n in counts.items()):
                    taken.add(row)
                    drawn.update(counts)
            if drawn[name] < k:
                lacking = name
                break
        else:
            return sorted(taken), ""
    return None, lacking
