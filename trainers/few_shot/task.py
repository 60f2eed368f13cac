"""One data set of the few-shot comparison: what is sampled, what is tested."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from datasets import Dataset, DatasetDict
from torch import Tensor

from nuner.data_builders.labelled.load import entity_types, load_labelled
from nuner.data_builders.labelled.samples.k_shot import AnnotationCounts, annotation_counts, sample_k_shot

from ..evaluation.token_scores import token_classes
from ..held_out import with_test_split

# Seed of the shuffle that decides which test sentences are used.
TEST_SHUFFLE_SEED = 0


@dataclass(frozen=True)
class Sampling:
    """A way to draw training sentences.

    Args:
        count: Training sentences -> what there is of each type in each of them.
        draw: These counts, k, a seed and the types -> rows.
    """

    count: Callable[[Dataset], AnnotationCounts]
    draw: Callable[[AnnotationCounts, int, int, Iterable[str]], list[int]]


K_SHOT = Sampling(annotation_counts, sample_k_shot)


@dataclass(frozen=True)
class FewShotTask:
    """Samples and test sentences of one data set, fixed before any encoder is seen.

    Args:
        name: Name in tables and pictures.
        source: Where it was loaded from.
        train_split: Split that the samples are drawn from.
        test_split: Split that is tested on.
        types: Entity types; class i + 1 is the i-th.
        train: All training sentences.
        test: The tested sentences.
        test_available: Number of sentences of the whole test split.
        samples: (k, seed) -> rows of `train`.
        too_large: k that cannot be drawn -> why.
        held_out: What was held out of the training sentences as the test split, in a sentence; None if nothing was.
    """

    name: str
    source: str
    train_split: str
    test_split: str
    types: list[str]
    train: Dataset
    test: Dataset
    test_available: int
    samples: dict[tuple[int, int], list[int]]
    too_large: dict[int, str]
    held_out: str | None = None

    def without(self, ks: Collection[int]) -> FewShotTask:
        """Return the task without the samples of some k.

        Args:
            ks: Sizes to leave out.
        """
        return replace(self, samples={(k, seed): rows for (k, seed), rows in self.samples.items() if k not in ks})


def prepare_task(
    source: str | Path | DatasetDict,
    name: str,
    ks: Sequence[int],
    seeds: int,
    *,
    max_test_sentences: int | None = None,
    train_split: str = "train",
    test_split: str = "test",
    load: Callable[[str | Path], DatasetDict] = load_labelled,
    sampling: Sampling = K_SHOT,
) -> FewShotTask:
    """Load a data set and draw every sample.

    Args:
        source: What `load_labelled` takes, or what it returns.
        name: Name of the task.
        ks: Sizes of the samples.
        seeds: Number of samples of each size.
        max_test_sentences: Test on the first so many after a shuffle with a fixed seed; on
            all if not given.
        train_split: Split to sample from.
        test_split: Split to test on; a fifth of the sentences of `train` is held out where there is no `test`.
        load: Reads the source.
        sampling: How sentences are drawn; between k and 2k annotations of each type by default.

    Returns:
        The task.

    Raises:
        ValueError: If a split is missing, there are no entities, or each k is too large; the message names the data
            set.

    Example:
        ```python
        >>> from nuner.trainers.few_shot.task import prepare_task
        >>> len(prepare_task("support-tickets", "tickets", ks=(1, 4), seeds=10).samples)
        20

        ```
    """
    splits, held_out = source if isinstance(source, DatasetDict) else load(source), None
    if (train_split, test_split) == ("train", "test"):
        splits, held_out = with_test_split(splits, f"data set {name!r}")
    for split in (train_split, test_split):
        if split not in splits:
            raise ValueError(
                f"data set {name!r} has no split {split!r}, only {', '.join(map(str, splits))}; "
                "the comparison needs one to sample from and one to test on"
            )
    train, test = splits[train_split], splits[test_split]
    counts = sampling.count(train)
    # A type that only the test split has must be refused, one that is only declared must not.
    types = {kind for sentence in (*annotation_counts(train), *annotation_counts(test)) for kind in sentence}
    samples: dict[tuple[int, int], list[int]] = {}
    too_large: dict[int, str] = {}
    for k in sorted(ks):
        try:
            samples.update({(k, seed): sampling.draw(counts, k, seed, types) for seed in range(seeds)})
        except ValueError as error:
            too_large[k] = f"data set {name!r}, split {train_split!r}: {error}"
    if not samples:
        raise ValueError(too_large[min(ks)])
    rows = list(range(len(test)))
    if max_test_sentences is not None:
        random.Random(TEST_SHUFFLE_SEED).shuffle(rows)
        rows = rows[:max_test_sentences]
    tested = test.select(rows)
    if not sum(annotation_counts(tested), Counter()):
        raise ValueError(f"data set {name!r}: the {len(rows)} tested sentences have no entity")
    return FewShotTask(
        name=name,
        source="given in memory" if isinstance(source, DatasetDict) else str(source),
        train_split=train_split,
        test_split=test_split,
        types=entity_types(train),
        train=train,
        test=tested,
        test_available=len(test),
        samples=samples,
        too_large=too_large,
        held_out=held_out,
    )


def sentence_classes(dataset: Dataset) -> list[Tensor]:
    """Look up the class of each word: 0 outside all entities, then one for each type.

    Args:
        dataset: Rows with `tokens` and `ner_tags` (IOB2).

    Returns:
        For each sentence, the classes of its words, `(words,)`.

    Example:
        ```python
        >>> from nuner import load_labelled
        >>> from nuner.trainers.few_shot.task import sentence_classes
        >>> len(sentence_classes(load_labelled("support-tickets", "test")))
        200

        ```
    """
    classes = token_classes(dataset.features["ner_tags"].feature.names)
    return [classes[torch.tensor(tags, dtype=torch.long)] for tags in dataset["ner_tags"]]
