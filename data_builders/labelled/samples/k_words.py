"""Training sets with a given number of words of each type (section 6 of the NuNER paper, its figure 11)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from datasets import Dataset
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_matrix

# A choice that exists is found in far fewer; without a limit, proving that there is none could take for ever.
_MOST_NODES = 10_000

WordCounts = Sequence[Mapping[str, int]]


def word_counts(dataset: Dataset) -> list[Counter[str]]:
    """Count the words of each type in each sentence of a labelled data set.

    Args:
        dataset: A split that `load_labelled` returned.

    Returns:
        For each row, type -> number of words in its entities.

    Example:
        ```python
        >>> from nuner.data_builders.labelled.load import load_labelled
        >>> word_counts(load_labelled("support-tickets", "train"))[0]["product"]
        3

        ```
    """
    names = dataset.features["ner_tags"].feature.names
    types = {i: name[2:] for i, name in enumerate(names) if name != "O"}
    return [Counter(types[tag] for tag in tags if tag in types) for tags in dataset["ner_tags"]]


def sample_k_words(examples: WordCounts, k_w: int, seed: int, types: Iterable[str] | None = None) -> list[int]:
    """Draw sentences so that each type has exactly k_w words.

    The sentences are put into a random order. Of those that come first for each type the choice is taken, by integer
    programming, whose words come earliest; if none of their choices has the right numbers, more are looked at. The
    sample depends on the examples, k_w and the seed alone.

    Args:
        examples: Words of each sentence, as `word_counts` gives them.
        k_w: Number of words of each type, at least 1.
        seed: Number of the sample.
        types: Types to sample for; all that occur, if not given.

    Returns:
        Row numbers in ascending order.

    Raises:
        ValueError: If no choice of whole sentences has exactly k_w words of each type; the message names the type that
            has too few, where there is one, how many it has and the largest k_w that can be drawn.

    Example:
        ```python
        >>> sample_k_words([{"person": 2}, {"person": 3}, {"person": 1, "place": 3}, {}], k_w=3, seed=0)
        [0, 2]

        ```
    """
    if k_w < 1:
        raise ValueError(f"k_w must be at least 1, not {k_w}")
    names = sorted({name for counts in examples for name in counts} | set(types or ()))
    if not any(any(counts.values()) for counts in examples):
        raise ValueError("there is no annotation to sample from")
    counts = np.array([[of_sentence.get(name, 0) for of_sentence in examples] for name in names])
    for pool in _pools(counts, k_w, seed):
        sample = _exact_choice(counts[:, pool], k_w)
        if sample is not None:
            return sorted(pool[sample].tolist())
    largest = _largest_possible(counts)
    raise ValueError(
        f"k_w = {k_w} cannot be drawn: {_reason(names, counts, k_w)}"
        + (f"; the largest possible k_w is {largest}" if largest else "; no k_w can be drawn")
    )


def _pools(counts: NDArray[np.int64], k_w: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Yield more and more rows in random order: those that come first for each type, at last all that can be drawn."""
    order = list(range(counts.shape[1]))
    # A string as seed is hashed the same way in every process and on every platform.
    random.Random(f"{seed}-{k_w}").shuffle(order)
    order = np.array(order)[_can_be_drawn(counts, k_w)[order]]
    words = counts[:, order]
    if (words.sum(axis=1) < k_w).any():
        return
    earlier = words.cumsum(axis=1) - words
    enough = 2 * k_w
    while True:
        among_first = ((words > 0) & (earlier < enough)).any(axis=0)
        yield order[among_first]
        if among_first.all():
            return
        enough *= 2


def _can_be_drawn(counts: NDArray[np.int64], k_w: int) -> NDArray[np.bool_]:
    return np.logical_and(counts.any(axis=0), (counts <= k_w).all(axis=0))


def _exact_choice(words: NDArray[np.int64], k_w: int) -> NDArray[np.intp] | None:
    """Choose the columns whose words come first of those that add up to k_w in each row; None if there are none."""
    number = words.shape[1]
    solved = milp(
        # Weighed by its words a sentence with few is as likely to be taken as one with many.
        words.sum(axis=0) * np.linspace(0, 1, number),
        constraints=LinearConstraint(csc_matrix(words), k_w, k_w),
        bounds=Bounds(0, 1),
        integrality=np.ones(number),
        options={"node_limit": _MOST_NODES, "mip_rel_gap": 0},
    )
    return None if solved.x is None else np.flatnonzero(solved.x > 0.5)


def _reason(names: Sequence[str], counts: NDArray[np.int64], k_w: int) -> str:
    for words, where in (
        (counts.sum(axis=1), ""),
        (counts[:, _can_be_drawn(counts, k_w)].sum(axis=1), f" in sentences with at most {k_w} words of each type"),
    ):
        scarcest = int(words.argmin())
        if words[scarcest] < k_w:
            return f"there are {words[scarcest]} words of type {names[scarcest]!r}{where}"
    return f"no choice of whole sentences has exactly {k_w} words of each type"


def _largest_possible(counts: NDArray[np.int64]) -> int:
    """Return the largest k_w that can be drawn; 0 if none is found."""
    # Sentences with the same numbers are one variable, and k_w itself is one more.
    kinds, sentences = np.unique(counts, axis=1, return_counts=True)
    types, variables = len(counts), len(sentences) + 1
    solved = milp(
        np.append(np.zeros(variables - 1), -1),
        constraints=LinearConstraint(csc_matrix(np.hstack([kinds, np.full((types, 1), -1)])), 0, 0),
        bounds=Bounds(np.zeros(variables), np.append(sentences, np.inf)),  # pyright: ignore[reportArgumentType] (arrays too)
        integrality=np.ones(variables),
        options={"node_limit": _MOST_NODES},
    )
    return 0 if solved.x is None else round(solved.x[-1])
